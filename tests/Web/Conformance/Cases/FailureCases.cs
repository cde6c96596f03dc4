using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Refusals, and targets that fail.</summary>
internal static class FailureCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        Of("fine", "GET /fine/"),
        Of("no-route", "GET /nowhere"),
        Of("denied", "GET /denied/"),
        Of("denied-head", "HEAD /denied/"),
        new("failure/denied-post", Raw.WithBody("POST /denied/", "errors.test", "body")),
        Of("allowed", "GET /allowed/"),
        Of("allowed-to-others", "GET /allowed/") with { Stranger = true },
        Of("closed-without-password", "GET /closed/"),
        Of("closed-wrong-password", "GET /closed/", "Authorization: Basic dmlzaXRvcjp3cm9uZw=="),
        Of("closed-wrong-user", "GET /closed/", "Authorization: Basic bm9ib2R5OnNlY3JldA=="),
        Of("closed-garbage", "GET /closed/", "Authorization: Basic !!!"),
        Of("closed-other-scheme", "GET /closed/", "Authorization: Bearer dmlzaXRvcjpzZWNyZXQ="),
        Of("closed-right-password", "GET /closed/", "Authorization: Basic dmlzaXRvcjpzZWNyZXQ="),
        Of("closed-right-password-lower-case", "GET /closed/", "Authorization: basic dmlzaXRvcjpzZWNyZXQ="),

        Of("nobody-there", "GET /dead/"),
        Of("nobody-there-head", "HEAD /dead/"),
        new("failure/nobody-there-post", Raw.WithBody("POST /dead/", "errors.test", "body")),
        Answered("closes-at-once", new(string.Empty, TargetEnd.Close)),
        Answered("resets-at-once", new(string.Empty, TargetEnd.Reset)),
        Answered("closes-in-the-head", new("HTTP/1.1 200 OK\r\nContent-", TargetEnd.Close)),
        Answered("resets-in-the-head", new("HTTP/1.1 200 OK\r\nContent-", TargetEnd.Reset)),
        Answered("closes-in-the-status-line", new("HTTP/1.", TargetEnd.Close)),
        Answered("silent", new(string.Empty, TargetEnd.Silence), "/slow/"),
        Answered("silent-in-the-head", new("HTTP/1.1 200 OK\r\nContent-", TargetEnd.Silence), "/slow/"),
        Answered("garbage", new("garbage\r\n\r\n", TargetEnd.Close)),
        Answered("status-of-letters", new("HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n", TargetEnd.Close)),
        Answered("status-too-low", new("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n", TargetEnd.Close)),
        Answered("header-without-colon", new("HTTP/1.1 200 OK\r\nBroken\r\nContent-Length: 2\r\n\r\nok", TargetEnd.Close)),
        Answered("length-of-letters", new("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nok", TargetEnd.Close)),
        Answered("two-lengths", new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", TargetEnd.Close)),
        Answered("length-and-chunks", new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", TargetEnd.Close)),
        Answered("unknown-coding", new("HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\n\r\nok", TargetEnd.Close)),
        Answered("body-cut-short", new("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", TargetEnd.Close)),
        Answered("chunks-cut-short", TargetAnswer.Chunked("4\r\nhalf\r\n") with { End = TargetEnd.Close }),
        Answered("chunk-broken", TargetAnswer.Chunked("4\r\nhalf\r\nzz\r\n") with { End = TargetEnd.Close }),
        Answered("body-too-long", new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", TargetEnd.Close)),
        Answered("line-end-in-a-header", new("HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok", TargetEnd.Close)),
        Answered("nul-in-a-header", new("HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok", TargetEnd.Close)),
        Answered("long-header", TargetAnswer.Text("ok", $"X-Long: {new string('a', 3000)}")),
    ];

    private static ConformanceCase Of(string name, string line, params string[] headers) => new($"failure/{name}", Raw.Request(line, "errors.test", headers));

    private static ConformanceCase Answered(string name, TargetAnswer answer, string uri = "/fine/") =>
        new($"failure/target/{name}", Raw.Request($"GET {uri}", "errors.test")) { Target = [answer] };
}
