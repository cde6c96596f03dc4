namespace Tunnel.WebFront.Tests.Conformance.Target;

/// <summary>How the target answers one request: bytes as they stand on the wire, and what becomes of the connection.</summary>
internal sealed record TargetAnswer(string Bytes, TargetEnd End = TargetEnd.Keep)
{
    /// <summary>A short text.</summary>
    public static readonly TargetAnswer Ok = Text("ok");

    /// <summary>A text with header lines.</summary>
    public static TargetAnswer Text(string text, params string[] headers) => Status("200 OK", text, headers);

    /// <summary>A status line with a text.</summary>
    public static TargetAnswer Status(string status, string text, params string[] headers) => new(
        $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\n{Lines(headers)}\r\n{text}");

    /// <summary>A status line and header lines, nothing else.</summary>
    public static TargetAnswer Head(string status, params string[] headers) => new($"HTTP/1.1 {status}\r\n{Lines(headers)}\r\n");

    /// <summary>Chunks as they stand on the wire.</summary>
    public static TargetAnswer Chunked(string chunks, params string[] headers) => new(
        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n{Lines(headers)}\r\n{chunks}");

    /// <summary>The handshake of a protocol that then echoes.</summary>
    public static TargetAnswer Upgrade(string protocol, params string[] headers) => new(
        $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n{Lines(headers)}\r\n", TargetEnd.Echo);

    private static string Lines(string[] headers) => string.Concat(headers.Select(static header => $"{header}\r\n"));
}
