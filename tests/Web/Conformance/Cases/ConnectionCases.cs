using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Kept connections, pipelines, old versions, upgrades.</summary>
internal static class ConnectionCases
{
    private const string Host = "stream.test";

    private static readonly string[] Handshake = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];

    // The masked text "Hello" and a ping, as in RFC 6455, section 5.7; any bytes do, since both ends of the tunnel are the target's.
    private const string Frames = "\u0081\u0085\u0037\u00fa\u0021\u003d\u007f\u009f\u004d\u0051\u0058\u0089\u0080\u0000\u0000\u0000\u0000\u0000\u00ff\u000d\u000a";

    public static IEnumerable<ConformanceCase> All =>
    [
        new("connection/two-in-a-row", Raw.Request("GET /1", Host) + Raw.Request("GET /2", Host)) { Answers = 2, Target = Numbered(2) },
        new("connection/pipeline-of-ten", string.Concat(Enumerable.Range(1, 10).Select(static i => Raw.Request($"GET /{i}", Host)))) { Answers = 10, Target = Numbered(10) },
        new("connection/pipeline-with-bodies", Raw.WithBody("POST /1", Host, "first") + Raw.Chunked("POST /2", Host, "6\r\nsecond\r\n0\r\n\r\n") + Raw.Request("GET /3", Host))
        {
            Answers = 3,
            Target = Numbered(3),
        },
        new("connection/pipeline-to-files", Raw.Request("GET /file.txt", "files.test") + Raw.Request("GET /missing", "files.test") + Raw.Request("GET /dir/", "files.test")) { Answers = 3 },
        new("connection/pipeline-of-sites", Raw.Request("GET /a", "one.wild.test") + Raw.Request("GET /a", "default.test")) { Answers = 2 },
        new("connection/pipeline-after-an-error", Raw.Request("GET /denied/", "errors.test") + Raw.Request("GET /fine/", "errors.test")) { Answers = 2 },
        new("connection/close-asked", Raw.Request("GET /", Host, "Connection: close")),
        new("connection/close-asked-in-capitals", Raw.Request("GET /", Host, "Connection: Close")),
        new("connection/close-in-a-list", Raw.Request("GET /", Host, "Connection: x-a, close")),
        new("connection/nothing-after-close", Raw.Request("GET /1", Host, "Connection: close") + Raw.Request("GET /2", Host)),
        new("connection/empty-lines-first", $"\r\n\r\n{Raw.Request("GET /", Host)}"),
        new("connection/http-1.0", "GET / HTTP/1.0\r\nHost: stream.test\r\n\r\n"),
        new("connection/http-1.0-kept", "GET / HTTP/1.0\r\nHost: stream.test\r\nConnection: keep-alive\r\n\r\n"),
        new("connection/http-1.0-post", "POST / HTTP/1.0\r\nHost: stream.test\r\nContent-Length: 4\r\n\r\nbody"),
        new("connection/http-0.9", "GET /\r\n") { MustClose = true },
        new("connection/http-1.2", "GET / HTTP/1.2\r\nHost: stream.test\r\n\r\n"),
        new("connection/http-2.0-in-words", "GET / HTTP/2.0\r\nHost: stream.test\r\n\r\n") { MustClose = true },
        new("connection/http-3-digits", "GET / HTTP/11.1\r\nHost: stream.test\r\n\r\n") { MustClose = true },
        new("connection/lower-case-version", "GET / http/1.1\r\nHost: stream.test\r\n\r\n") { MustClose = true },
        new("connection/no-version", "GET / HTTP\r\nHost: stream.test\r\n\r\n") { MustClose = true },
        new("connection/space-after-version", "GET / HTTP/1.1 \r\nHost: stream.test\r\n\r\n"),
        new("connection/garbage", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n") { MustClose = true },

        Upgraded("websocket", Frames, TargetAnswer.Upgrade("websocket", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), Handshake),
        Upgraded("websocket-lower-case", Frames, TargetAnswer.Upgrade("websocket"), ["connection: upgrade", "upgrade: WebSocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]),
        Upgraded("websocket-with-protocol", Frames, TargetAnswer.Upgrade("websocket", "Sec-WebSocket-Protocol: chat"), [.. Handshake, "Sec-WebSocket-Protocol: chat, other"]),
        Upgraded("connection-list", Frames, TargetAnswer.Upgrade("websocket"), ["Connection: keep-alive, Upgrade", "Upgrade: websocket"]),
        Upgraded("another-protocol", "any bytes\r\n\r\n", TargetAnswer.Upgrade("own/1"), ["Connection: Upgrade", "Upgrade: own/1"]),
        new("connection/upgrade/declined", Raw.Request("GET /", Host, Handshake)),
        new("connection/upgrade/declined-with-426", Raw.Request("GET /", Host, Handshake)) { Target = [TargetAnswer.Status("426 Upgrade Required", "no", "Upgrade: other")] },
        new("connection/upgrade/h2c", Raw.Request("GET /", Host, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")),
        new("connection/upgrade/post", Raw.WithBody("POST /", Host, "body", Handshake)),
        new("connection/upgrade/not-asked", Raw.Request("GET /", Host)) { Target = [TargetAnswer.Upgrade("websocket")] },
    ];

    private static ConformanceCase Upgraded(string name, string bytes, TargetAnswer answer, string[] headers) =>
        new($"connection/upgrade/{name}", Raw.Request("GET /socket", Host, headers)) { Later = bytes, Target = [answer] };

    private static TargetAnswer[] Numbered(int count) => [.. Enumerable.Range(1, count).Select(static i => TargetAnswer.Text($"answer {i}"))];
}
