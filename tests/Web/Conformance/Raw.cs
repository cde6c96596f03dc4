namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>Writes requests as bytes, so that a case is one line.</summary>
internal static class Raw
{
    /// <summary>A request without a body: method and target, the host, and header lines.</summary>
    public static string Request(string line, string host, params string[] headers) =>
        $"{line} HTTP/1.1\r\nHost: {host}\r\n{string.Concat(headers.Select(static header => $"{header}\r\n"))}\r\n";

    /// <summary>A request whose body has a length.</summary>
    public static string WithBody(string line, string host, string body, params string[] headers) =>
        Request(line, host, [.. headers, $"Content-Length: {body.Length}"]) + body;

    /// <summary>A request with chunks, given as they stand on the wire.</summary>
    public static string Chunked(string line, string host, string chunks, params string[] headers) =>
        Request(line, host, [.. headers, "Transfer-Encoding: chunked"]) + chunks;
}
