namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>
/// Messages whose end two readers may see in different places: the way to smuggle a request past a front. After each stands a request
/// that must not be heard; one who refuses closes.
/// </summary>
internal static class FramingCases
{
    private const string Host = "strict.test";
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: strict.test\r\n\r\n";

    public static IEnumerable<ConformanceCase> All =>
    [
        // The length.
        Of("length-and-chunks", Headers("Content-Length: 4", "Transfer-Encoding: chunked") + "0\r\n\r\n" + Smuggled),
        Of("chunks-and-length", Headers("Transfer-Encoding: chunked", "Content-Length: 4") + "0\r\n\r\n" + Smuggled),
        Of("two-lengths", Headers("Content-Length: 4", "Content-Length: 5") + "body" + Smuggled),
        Of("two-lengths-alike", Headers("Content-Length: 4", "Content-Length: 4") + "body" + Smuggled),
        Of("lengths-in-a-list", Headers("Content-Length: 4, 5") + "body" + Smuggled),
        Of("lengths-alike-in-a-list", Headers("Content-Length: 4, 4") + "body" + Smuggled),
        Of("length-with-plus", Headers("Content-Length: +4") + "body" + Smuggled),
        Of("length-negative", Headers("Content-Length: -4") + "body" + Smuggled),
        Of("length-hexadecimal", Headers("Content-Length: 0x4") + "body" + Smuggled),
        Of("length-with-letters", Headers("Content-Length: 4x") + "body" + Smuggled),
        Of("length-with-space-inside", Headers("Content-Length: 4 4") + "body" + Smuggled),
        Of("length-empty", Headers("Content-Length:") + "body" + Smuggled),
        Of("length-beyond-64-bits", Headers("Content-Length: 99999999999999999999") + "body" + Smuggled),
        Of("length-in-quotes", Headers("Content-Length: \"4\"") + "body" + Smuggled),
        Kept("length-with-leading-zeros", Headers("Content-Length: 0004") + "body"),
        Kept("length-with-spaces-around", Headers("Content-Length:   4  ") + "body"),

        // The coding.
        Of("coding-unknown", Headers("Transfer-Encoding: xchunked") + "0\r\n\r\n" + Smuggled),
        Of("coding-identity", Headers("Transfer-Encoding: identity") + Smuggled),
        Of("coding-gzip-chunked", Headers("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n" + Smuggled),
        Of("coding-chunked-identity", Headers("Transfer-Encoding: chunked, identity") + "0\r\n\r\n" + Smuggled),
        Of("coding-chunked-twice", Headers("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n" + Smuggled),
        Of("coding-two-lines", Headers("Transfer-Encoding: chunked", "Transfer-Encoding: identity") + "0\r\n\r\n" + Smuggled),
        Of("coding-two-lines-alike", Headers("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n" + Smuggled),
        Of("coding-empty", Headers("Transfer-Encoding:") + Smuggled),
        Of("coding-in-quotes", Headers("Transfer-Encoding: \"chunked\"") + "0\r\n\r\n" + Smuggled),
        Of("coding-with-semicolon", Headers("Transfer-Encoding: chunked;a=b") + "0\r\n\r\n" + Smuggled),
        Of("coding-with-vertical-tab", Headers("Transfer-Encoding: \u000Bchunked") + "0\r\n\r\n" + Smuggled),
        Of("coding-in-1.0", "POST / HTTP/1.0\r\nHost: strict.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Smuggled),
        Kept("coding-upper-case", Headers("Transfer-Encoding: CHUNKED") + "0\r\n\r\n"),

        // Chunks.
        Of("chunk-size-garbage", Headers("Transfer-Encoding: chunked") + "zz\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-negative", Headers("Transfer-Encoding: chunked") + "-4\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-with-plus", Headers("Transfer-Encoding: chunked") + "+4\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-with-prefix", Headers("Transfer-Encoding: chunked") + "0x4\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-empty", Headers("Transfer-Encoding: chunked") + "\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-beyond-64-bits", Headers("Transfer-Encoding: chunked") + "fffffffffffffffff\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-near-64-bits", Headers("Transfer-Encoding: chunked") + "fffffffffffffffe\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-size-with-space", Headers("Transfer-Encoding: chunked") + "4 \r\nbody\r\n0\r\n\r\n"),
        Of("chunk-size-after-space", Headers("Transfer-Encoding: chunked") + " 4\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-longer-than-its-size", Headers("Transfer-Encoding: chunked") + "3\r\nbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-without-its-line-end", Headers("Transfer-Encoding: chunked") + "4\r\nbody0\r\n\r\n" + Smuggled),
        Of("chunk-line-of-lf", Headers("Transfer-Encoding: chunked") + "4\nbody\n0\n\n"),
        Of("chunk-data-end-of-lf", Headers("Transfer-Encoding: chunked") + "4\r\nbody\n0\r\n\r\n"),
        Of("chunk-size-end-of-cr", Headers("Transfer-Encoding: chunked") + "4\rbody\r\n0\r\n\r\n" + Smuggled),
        Of("chunk-extension-with-lf", Headers("Transfer-Encoding: chunked") + "4;a\nbody\r\n0\r\n\r\n"),
        Of("trailer-without-colon", Headers("Transfer-Encoding: chunked") + "0\r\nno colon\r\n\r\n"),

        // Header lines.
        Of("space-before-colon", Headers("Content-Length : 4") + "body" + Smuggled),
        Of("tab-before-colon", Headers("Transfer-Encoding\t: chunked") + "0\r\n\r\n" + Smuggled),
        Of("space-before-name", Headers("X-A: b", " Content-Length: 4") + "body" + Smuggled),
        Of("folded", Headers("X-Fold: a", " b") + Smuggled),
        Of("folded-with-tab", Headers("X-Fold: a", "\tb") + Smuggled),
        Of("folded-first", "POST / HTTP/1.1\r\n X-Fold: a\r\nHost: strict.test\r\n\r\n" + Smuggled),
        Of("no-colon", Headers("Broken line") + Smuggled),
        Of("no-name", Headers(": value") + Smuggled),
        Of("space-in-name", Headers("X Y: value") + Smuggled),
        Of("nul-in-name", Headers("X\0Y: value") + Smuggled),
        Of("nul-in-value", Headers("X-Y: a\0b") + Smuggled),
        Of("control-in-name", Headers("X\u0001Y: value") + Smuggled),
        Of("control-in-value", Headers("X-Y: a\u0001b") + Smuggled),
        Of("bell-in-value", Headers("X-Y: a\u0007b") + Smuggled),
        Of("del-in-value", Headers("X-Y: a\u007Fb") + Smuggled),
        Of("latin1-in-name", Headers("X-\u00FC: value") + Smuggled),
        Of("signs-in-name", Headers("X(Y): value") + Smuggled),
        Of("cr-in-value", Headers("X-Y: a\rb") + Smuggled),
        Of("cr-in-value-hides-a-header", Headers("X-Y: a\rContent-Length: 4") + "body" + Smuggled),
        Of("cr-before-cr-lf", Headers("X-Y: a\r") + Smuggled),
        Of("nul-in-uri", "GET /a\0b HTTP/1.1\r\nHost: strict.test\r\n\r\n" + Smuggled),
        Of("control-in-uri", "GET /a\u0001b HTTP/1.1\r\nHost: strict.test\r\n\r\n" + Smuggled),
        Of("cr-in-request-line", "GET /a\rb HTTP/1.1\r\nHost: strict.test\r\n\r\n" + Smuggled),
        Of("cr-only", "GET / HTTP/1.1\rHost: strict.test\r\r\r\n\r\n"),
        Kept("lf-only", "GET / HTTP/1.1\nHost: strict.test\n\n"),
        Kept("lf-only-with-length", "POST / HTTP/1.1\nHost: strict.test\nContent-Length: 4\n\nbody"),
        Kept("lf-after-the-request-line", "GET / HTTP/1.1\nHost: strict.test\r\n\r\n"),
        Kept("lf-after-a-header", "GET / HTTP/1.1\r\nHost: strict.test\nX-A: b\r\n\r\n"),
    ];

    private static string Headers(params string[] headers) => Raw.Request("POST /", Host, headers);

    /// <summary>One that is refused.</summary>
    private static ConformanceCase Of(string name, string request) => new($"framing/{name}", request) { MustClose = true };

    /// <summary>One that may be taken.</summary>
    private static ConformanceCase Kept(string name, string request) => new($"framing/{name}", request);
}
