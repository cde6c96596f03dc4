using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>The key of an upgrade request and the answer to it (RFC 6455, section 4): a proof that the server speaks WebSocket, nothing more.</summary>
internal static class WebSocketKey
{
    private const int KeyBytes = 16;
    private const string Suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    public static bool IsValid([NotNullWhen(true)] string? key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 2];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 demands SHA-1 here; nothing secret depends on it.")]
    public static string Answer(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Suffix)));
}
