using System.Net.Http.Headers;
using System.Text;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A request that is asked twice: of the application, and through the tunnel.</summary>
/// <param name="Line">Method and URI.</param>
/// <param name="Headers">Header lines.</param>
/// <param name="Body">Null for none.</param>
/// <param name="Chunked">Whether the body goes without a length.</param>
public sealed record Question(string Line, string[]? Headers = null, byte[]? Body = null, bool Chunked = false)
{
    private const string Boundary = "----boundary";

    /// <summary>A form of parts: two fields and a file.</summary>
    public static Question Parts(string uri, byte[] file) => new(
        $"POST {uri}",
        [$"Content-Type: multipart/form-data; boundary={Boundary}"],
        [
            .. Encoding.UTF8.GetBytes(
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"first\"\r\n\r\none\r\n" +
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"second\"\r\n\r\ngr\u00FC\u00DFe\r\n" +
                $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"),
            .. file,
            .. Encoding.UTF8.GetBytes($"\r\n--{Boundary}--\r\n"),
        ]);

    /// <summary>A text as a body.</summary>
    public static Question Text(string line, string type, string text) => new(line, [$"Content-Type: {type}"], Encoding.UTF8.GetBytes(text));

    /// <summary>Asks, and tells the answer: its code, its headers in order of their names, its body byte by byte.</summary>
    public async Task<(string Head, byte[] Body)> AskAsync(HttpClient client, string host, string scheme = "http")
    {
        var (method, uri) = Line.Split(' ') is [var first, var second] ? (first, second) : throw new FormatException(Line);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"{scheme}://{host}{uri}"));
        if (Body is not null)
        {
            request.Content = Chunked ? new StreamContent(new MemoryStream(Body)) : new ByteArrayContent(Body);
            request.Headers.TransferEncodingChunked = Chunked ? true : null;
            request.Content.Headers.ContentLength = Chunked ? null : Body.Length;
        }

        foreach (var line in Headers ?? [])
        {
            var (name, value) = line.Split(": ", 2) is [var left, var right] ? (left, right) : throw new FormatException(line);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsByteArrayAsync();
        return ($"{(int)response.StatusCode}\n{string.Join('\n', Told(response.Headers).Concat(Told(response.Content.Headers)))}", body);
    }

    /// <summary>Without what is said of the moment, of the server and of the connection.</summary>
    private static IEnumerable<string> Told(HttpHeaders headers) => headers
        .Where(static header => header.Key is not ("Date" or "Server" or "Connection" or "Keep-Alive" or "Transfer-Encoding" or "Content-Length"))
        .OrderBy(static header => header.Key, StringComparer.OrdinalIgnoreCase)
        .SelectMany(static header => header.Value.Select(value => $"{header.Key}: {value}"));
}
