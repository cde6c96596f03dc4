using System.Security.Cryptography;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Body;

/// <summary>Makes the ciphers of a body from its 16-byte keys.</summary>
internal static class BodyCiphers
{
    /// <summary>The AEAD of a security, with a key of 16 bytes.</summary>
    public static AeadCipher CreateAead(VMessSecurity security, ReadOnlySpan<byte> key) =>
        security == VMessSecurity.ChaCha20Poly1305 ? new ChaCha20Cipher(Expand(key)) : new AesGcmCipher(key);

    /// <summary>MD5(key) || MD5(MD5(key)): the 32 bytes that ChaCha20 wants.</summary>
    private static byte[] Expand(ReadOnlySpan<byte> key)
    {
#pragma warning disable CA5351 // The format prescribes MD5; the key is random already.
        var first = MD5.HashData(key);
        return [.. first, .. MD5.HashData(first)];
#pragma warning restore CA5351
    }
}
