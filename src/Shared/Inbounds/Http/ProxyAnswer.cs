using System.Text;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>What an HTTP proxy answers itself.</summary>
internal static class ProxyAnswer
{
    /// <summary>CONNECT is granted: the bytes that follow are the server's.</summary>
    public static ReadOnlyMemory<byte> Established { get; } = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();

    /// <summary>A password is wanted; the client may send its request again on the same connection.</summary>
    public static ReadOnlyMemory<byte> PasswordWanted(bool isLast) => Of(
        407, "Proxy Authentication Required", "A user and a password are wanted.", isLast, "Proxy-Authenticate: Basic realm=\"proxy\", charset=\"UTF-8\"\r\n");

    public static ReadOnlyMemory<byte> BadRequest(string fault) => Of(400, "Bad Request", char.ToUpperInvariant(fault[0]) + fault[1..] + ".", isLast: true);

    public static ReadOnlyMemory<byte> HeadTooLong { get; } = Of(431, "Request Header Fields Too Large", "The head of the request is too long.", isLast: true);

    /// <summary>The target could not be reached, or closed without an answer.</summary>
    public static ReadOnlyMemory<byte> BadGateway { get; } = Of(502, "Bad Gateway", "The server could not be reached, or gave no answer.", isLast: true);

    /// <summary>There is no way to any target at present.</summary>
    public static ReadOnlyMemory<byte> Unavailable { get; } = Of(503, "Service Unavailable", "There is no way to the server at present.", isLast: true);

    private static byte[] Of(int status, string phrase, string text, bool isLast, string fields = "")
    {
        text += "\n";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} {phrase}\r\n{fields}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\n"
            + $"{(isLast ? "Connection: close\r\n" : string.Empty)}\r\n{text}");
    }
}
