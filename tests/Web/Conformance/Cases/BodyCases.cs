using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Methods, and bodies both ways.</summary>
internal static class BodyCases
{
    private const string Host = "stream.test";
    private const int Large = 1_000_000;

    public static IEnumerable<ConformanceCase> All =>
    [
        // Methods.
        Of("method/head", Raw.Request("HEAD /", Host)),
        new("body/method/head-of-chunks", Raw.Request("HEAD /", Host)) { Target = [TargetAnswer.Head("200 OK", "Transfer-Encoding: chunked")] },
        new("body/method/head-of-length", Raw.Request("HEAD /", Host)) { Target = [TargetAnswer.Head("200 OK", "Content-Length: 1000")] },
        Of("method/options", Raw.Request("OPTIONS /", Host)),
        Of("method/delete", Raw.Request("DELETE /", Host)),
        Of("method/delete-with-body", Raw.WithBody("DELETE /", Host, "body")),
        Of("method/get-with-body", Raw.WithBody("GET /", Host, "body")),
        Of("method/patch", Raw.WithBody("PATCH /", Host, "body")),
        Of("method/put", Raw.WithBody("PUT /", Host, "body")),
        Of("method/propfind", Raw.WithBody("PROPFIND /", Host, "<propfind/>", "Depth: 1")),
        Of("method/mkcol", Raw.Request("MKCOL /a/", Host)),
        Of("method/with-dash", Raw.Request("M-SEARCH /", Host)),
        Of("method/with-underscore", Raw.Request("MY_METHOD /", Host)),
        Of("method/unknown", Raw.Request("BREW /", Host)),
        Of("method/very-long", Raw.Request($"{new string('A', 60)} /", Host)),
        Of("method/lower-case", Raw.Request("get /", Host)),
        Of("method/mixed-case", Raw.Request("Get /", Host)),
        Of("method/trace", Raw.Request("TRACE /", Host)),
        new("body/method/connect", Raw.Request("CONNECT stream.test:80", Host)) { MustClose = true },
        new("body/method/connect-path", Raw.Request("CONNECT /", Host)) { MustClose = true },
        new("body/method/of-signs", Raw.Request("G@T /", Host)) { MustClose = true },

        // To the target.
        Of("length", Raw.WithBody("POST /", Host, "a body")),
        Of("length-zero", Raw.WithBody("POST /", Host, string.Empty)),
        Of("post-without-length", Raw.Request("POST /", Host)),
        Of("length-large", Raw.WithBody("POST /", Host, Letters(Large))),
        Of("all-bytes", Raw.WithBody("POST /", Host, AllBytes())),
        Of("chunks", Raw.Chunked("POST /", Host, "5\r\nfirst\r\n7\r\n second\r\n0\r\n\r\n")),
        Of("chunks-none", Raw.Chunked("POST /", Host, "0\r\n\r\n")),
        Of("chunks-large", Raw.Chunked("POST /", Host, $"{Large:x}\r\n{Letters(Large)}\r\n0\r\n\r\n")),
        Of("chunks-one-byte-each", Raw.Chunked("POST /", Host, string.Concat(Enumerable.Repeat("1\r\nx\r\n", 1000)) + "0\r\n\r\n")),
        Of("chunk-upper-case-size", Raw.Chunked("POST /", Host, "A\r\n0123456789\r\n0\r\n\r\n")),
        Of("chunk-leading-zeros", Raw.Chunked("POST /", Host, "0004\r\nabcd\r\n0\r\n\r\n")),
        Of("chunk-extension", Raw.Chunked("POST /", Host, "4;name=value\r\nabcd\r\n0;last\r\n\r\n")),
        Of("chunk-extension-quoted", Raw.Chunked("POST /", Host, "4;name=\"v;x\"\r\nabcd\r\n0\r\n\r\n")),
        Of("chunks-with-trailer", Raw.Chunked("POST /", Host, "4\r\nabcd\r\n0\r\nX-Trailer: value\r\n\r\n", "Trailer: X-Trailer")),
        Of("get-with-chunks", Raw.Chunked("GET /", Host, "4\r\nabcd\r\n0\r\n\r\n")),
        Of("content-type", Raw.WithBody("POST /", Host, "{\"a\":\"b\"}", "Content-Type: application/json", "Content-Encoding: identity")),
        new("body/expect-length", Raw.Request("POST /", Host, "Content-Length: 4", "Expect: 100-continue")) { Later = "body" },
        new("body/expect-chunks", Raw.Request("POST /", Host, "Transfer-Encoding: chunked", "Expect: 100-continue")) { Later = "4\r\nbody\r\n0\r\n\r\n" },
        new("body/expect-upper-case", Raw.Request("POST /", Host, "Content-Length: 4", "Expect: 100-CONTINUE")) { Later = "body" },
        Of("expect-without-body", Raw.Request("GET /", Host, "Expect: 100-continue")),
        Of("expect-something-else", Raw.Request("GET /", Host, "Expect: a-miracle")),
        new("body/expect-and-not-wait", Raw.WithBody("POST /", Host, "body", "Expect: 100-continue")),

        // Back to the visitor.
        Answered("chunks", TargetAnswer.Chunked("5\r\nfirst\r\n7\r\n second\r\n0\r\n\r\n")),
        Answered("chunks-none", TargetAnswer.Chunked("0\r\n\r\n")),
        Answered("chunk-extension", TargetAnswer.Chunked("5;a=b\r\nfirst\r\n0\r\n\r\n")),
        Answered("chunks-with-trailer", TargetAnswer.Chunked("4\r\nabcd\r\n0\r\nX-Trailer: value\r\n\r\n", "Trailer: X-Trailer")),
        Answered("chunks-large", TargetAnswer.Chunked($"{Large:x}\r\n{Letters(Large)}\r\n0\r\n\r\n")),
        Answered("length-large", TargetAnswer.Text(Letters(Large))),
        Answered("all-bytes", TargetAnswer.Text(AllBytes())),
        Answered("until-the-end", new("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\ntext", TargetEnd.Close)),
        Answered("until-the-end-nothing", new("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n", TargetEnd.Close)),
        Answered("204", TargetAnswer.Head("204 No Content", "X-A: b")),
        Answered("205", TargetAnswer.Head("205 Reset Content", "Content-Length: 0")),
        Answered("206", TargetAnswer.Status("206 Partial Content", "part", "Content-Range: bytes 0-3/10")),
        Answered("304", TargetAnswer.Head("304 Not Modified", "ETag: \"x\"")),
        Answered("404", TargetAnswer.Status("404 Not Found", "not here")),
        Answered("500", TargetAnswer.Status("500 Internal Server Error", "broken")),
        Answered("503", TargetAnswer.Status("503 Service Unavailable", "later", "Retry-After: 3")),
        Answered("599", TargetAnswer.Status("599 Odd", "odd")),
        Answered("401", TargetAnswer.Status("401 Unauthorized", "who", "WWW-Authenticate: Basic realm=\"r\"", "WWW-Authenticate: Digest realm=\"d\"")),
        Answered("100-first", new($"HTTP/1.1 100 Continue\r\n\r\n{TargetAnswer.Ok.Bytes}")),
        new("body/answered/http-1.0-visitor-chunks", "GET / HTTP/1.0\r\nHost: stream.test\r\n\r\n") { Target = [TargetAnswer.Chunked("5\r\nfirst\r\n0\r\n\r\n")] },
        new("body/answered/http-1.0-visitor-length", "GET / HTTP/1.0\r\nHost: stream.test\r\n\r\n"),
        Answered("gzip-untouched", TargetAnswer.Text("\u001F\u008B\u0008not really", "Content-Encoding: gzip")),
    ];

    private static ConformanceCase Of(string name, string request) => new($"body/{name}", request);

    private static ConformanceCase Answered(string name, TargetAnswer answer) => new($"body/answered/{name}", Raw.Request("GET /", Host)) { Target = [answer] };

    private static string AllBytes() => string.Create(256, 0, static (text, _) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)i;
        }
    });

    private static string Letters(int count) => string.Create(count, 0, static (text, _) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)('a' + (i * 11 % 26));
        }
    });
}
