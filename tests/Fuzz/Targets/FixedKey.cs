using System.Buffers.Text;
using System.Security.Cryptography;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Fuzz.Targets;

/// <summary>A key that is the same in every run. It protects nothing.</summary>
internal static class FixedKey
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(static value => (byte)value)];

    public static string Text { get; } = $"{Convert.ToHexStringLower(SHA256.HashData(Secret).AsSpan(0, 5))}.{Base64Url.EncodeToString(Secret)}";

    public static InterconnectKey Key { get; } = InterconnectKey.TryParse(Text, out var key, out var error) ? key : throw new FormatException(error);
}
