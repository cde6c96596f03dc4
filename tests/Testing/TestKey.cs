using System.Buffers.Text;
using System.Security.Cryptography;

namespace Tunnel.Testing;

/// <summary>Interconnect keys, made here from their description so that tests do not trust the code they test.</summary>
public static class TestKey
{
    /// <summary>A new key: the first five bytes of the secret's SHA-256 in hex, a dot, the secret of 32 bytes in base64url.</summary>
    public static string New()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        return $"{Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, 5))}.{Base64Url.EncodeToString(secret)}";
    }

    /// <summary>The part that must never be printed.</summary>
    public static string SecretOf(string key) => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
