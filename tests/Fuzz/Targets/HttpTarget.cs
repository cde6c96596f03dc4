using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Fuzz.Targets;

/// <summary>HTTP/1.1 heads and bodies.</summary>
internal static class HttpTarget
{
    private static readonly byte[][] Words = Texts.Bytes(
        "\r\n", "\r\n\r\n", "\n", "\r", ":", " ", "\t", "\0", "Host: a\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n", "0\r\n\r\n", "5;a=b\r\n", "fffffffffffffff\r\n");

    public static FuzzTarget Create() => new("http", "HTTP/1.1: heads, reading them off a stream, framing of bodies, chunks",
    [
        new FuzzCase("head", RunHead) { Seeds = Texts.Bytes("GET / HTTP/1.1\r\nHost: a\r\nAccept: */*", "HTTP/1.1 200 OK\r\nContent-Length: 5"), Words = Words },
        new FuzzCase("reader", RunReader) { Seeds = Texts.Bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest", "HTTP/1.1 200\r\n\r\n"), Words = Words, MaxLength = 10 * 1024 },
        new FuzzCase("framing", RunFraming)
        {
            Seeds = Texts.Bytes("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", "POST / HTTP/1.1\r\nContent-Length: 5", "POST / HTTP/1.0\r\nContent-Length: 5\r\nContent-Length: 6"),
            Words = Words,
        },
        new FuzzCase("chunks", static (bytes, observations) => RunBody(bytes, new HttpBody(Chunked: true, 0), observations))
        {
            Seeds = Texts.Bytes("5\r\nhello\r\n0\r\n\r\n", "a;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nbehind", "00000\r\n\r\n"),
            Words = Words,
        },
        new FuzzCase("length", static (bytes, observations) => RunBody(bytes, new HttpBody(Chunked: false, 20), observations)) { Seeds = [new byte[20], new byte[30]], MaxLength = 64 },
    ]);

    private static void RunHead(byte[] bytes, Observations observations)
    {
        foreach (var allowsOtherText in (bool[])[false, true])
        {
            var isHead = HttpHead.TryParse(bytes, out var head, allowsOtherText);
            observations.Note(isHead);
            if (head is null)
            {
                continue;
            }

            observations.NoteSize(head.Fields.Count);
            PropertyException.Require(!head.StartLine.Any(char.IsControl) || head.StartLine.All(static character => character is '\t' or >= ' '), "a start line has no control characters");
            foreach (var (name, value) in head.Fields)
            {
                PropertyException.Require(name.Length > 0 && !name.Any(static character => character is <= ' ' or ':' or > '~'), "a field's name is a token");
                PropertyException.Require(value.Trim(' ', '\t') == value && !value.AsSpan().ContainsAny('\r', '\n', '\0'), "a field's value is one line");
                PropertyException.Require(head.All(name).Contains(value, StringComparer.Ordinal), "a field is found by its name");
            }
        }
    }

    private static void RunReader(byte[] bytes, Observations observations)
    {
        using var stream = new FedStream(bytes);
        var read = HttpHeadReader.ReadAsync(stream, CancellationToken.None).GetAwaiter().GetResult();
        observations.Note(read.Status);
        PropertyException.Require((read.Status == HttpHeadStatus.Read) == (read.Head is not null), "there is a head where the status says so");
        if (read.Head is null)
        {
            return;
        }

        // What was read behind the head, and what was not read yet, is all that follows the first empty line.
        using var rest = new MemoryStream();
        rest.Write(read.Rest.Span);
        stream.CopyToAsync(rest).GetAwaiter().GetResult();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        PropertyException.Require(end >= 4 && rest.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(end)), "no byte behind a head is lost");
    }

    private static void RunFraming(byte[] bytes, Observations observations)
    {
        if (!HttpHead.TryParse(bytes, out var head))
        {
            return;
        }

        var body = HttpBody.Of(head, isVersion10: head.StartLine.EndsWith("1.0", StringComparison.Ordinal));
        observations.Note(body?.ToString());
        PropertyException.Require(body is null or { Length: >= 0 }, "a length is not negative");
        PropertyException.Require(
            body is null || !(head.All("Content-Length").Any() && head.All("Transfer-Encoding").Any()), "two framings at once are none");
    }

    private static void RunBody(byte[] bytes, HttpBody body, Observations observations)
    {
        var whole = new HttpBodyScanner(body);
        var taken = whole.Scan(bytes);
        var split = new HttpBodyScanner(body);
        var splitTaken = 0;
        foreach (var piece in Split.Pieces(bytes))
        {
            var part = split.Scan(piece);
            PropertyException.Require(part <= piece.Length, "nothing is taken behind the end");
            if (part < 0)
            {
                splitTaken = -1;
                break;
            }

            splitTaken += part;
            if (split.IsDone)
            {
                break;
            }
        }

        PropertyException.Require(taken == splitTaken && whole.IsDone == split.IsDone, "a body does not depend on how it is split");
        observations.Note(whole.IsDone);
        observations.NoteSize(taken);
    }
}
