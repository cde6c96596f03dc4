using Tunnel.WebFront.Tests.Conformance.Target;

namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Headers to the target and back.</summary>
internal static class HeaderCases
{
    private const string Cookie = "Set-Cookie: a=b; Path=/; HttpOnly";

    public static IEnumerable<ConformanceCase> All =>
    [
        // To the target.
        Asked("usual", "/plain/", "User-Agent: test", "Accept: */*", "Accept-Language: de, en;q=0.5", "Referer: http://example.com/", "X-Own: value"),
        Asked("host-of-target", "/plain/"),
        Asked("host-visited", "/visited/"),
        new("header/host-visited-with-port", Raw.Request("GET /visited/", "headers.test:8080")),
        new("header/host-visited-upper-case", Raw.Request("GET /visited/", "Headers.Test")),
        Asked("host-fixed", "/fixed/"),
        Asked("twice-in-order", "/plain/", "X-Twice: first", "X-Other: o", "X-Twice: second"),
        Asked("cookie", "/plain/", "Cookie: a=b; c=d"),
        Asked("two-cookies", "/plain/", "Cookie: a=b", "Cookie: c=d"),
        Asked("empty", "/plain/", "X-Empty:"),
        Asked("spaces-around", "/plain/", "X-Spaces: \t a  b \t "),
        Asked("no-space", "/plain/", "X-Tight:value"),
        Asked("odd-characters-in-value", "/plain/", "X-Odd: a,b;c=\"d\" (e) <f> [g] {h} \\ | ~ ^ `"),
        Asked("latin1-in-value", "/plain/", "X-Latin: \u00FC"),
        Asked("utf8-in-value", "/plain/", "X-Utf: \u00C3\u00BC"),
        Asked("odd-characters-in-name", "/plain/", "X!#$%&'*+.^`|~: value"),
        Asked("underscore-in-name", "/plain/", "X_Under: value"),
        Asked("digits-in-name", "/plain/", "3X-9: value"),
        Asked("long-name", "/plain/", $"X-{new string('a', 200)}: value"),
        Asked("authorization", "/plain/", "Authorization: Basic dTpw"),
        Asked("range-and-conditions", "/plain/", "Range: bytes=0-1", "If-None-Match: \"x\"", "If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT"),
        Asked("accept-encoding", "/plain/", "Accept-Encoding: gzip, br"),
        Asked("content-type-without-body", "/plain/", "Content-Type: text/plain"),
        Asked("cache-control", "/plain/", "Cache-Control: no-cache", "Pragma: no-cache"),
        Asked("hop-connection", "/plain/", "Connection: keep-alive"),
        Asked("hop-connection-names-another", "/plain/", "Connection: X-Hop", "X-Hop: value"),
        Asked("hop-keep-alive", "/plain/", "Keep-Alive: timeout=5"),
        Asked("hop-te", "/plain/", "TE: trailers"),
        Asked("hop-proxy-connection", "/plain/", "Proxy-Connection: keep-alive"),
        Asked("hop-proxy-authorization", "/plain/", "Proxy-Authorization: Basic dTpw"),
        Asked("hop-upgrade-alone", "/plain/", "Upgrade: foo"),
        Asked("via", "/plain/", "Via: 1.1 before"),
        Asked("set", "/set/"),
        Asked("set-replaces", "/set/", "X-Key: visitor's", "X-Key: again"),
        Asked("removed", "/set/", "X-Gone: still here"),
        Asked("variables", "/variables/a%20b?c=d"),
        Asked("variables-with-chain", "/variables/a", "X-Forwarded-For: 192.0.2.1, 192.0.2.2"),
        new("header/variables-with-port", Raw.Request("GET /variables/a", "Headers.test:{port}")),
        Asked("forwarded", "/forwarded/"),
        Asked("forwarded-appends", "/forwarded/", "X-Forwarded-For: 192.0.2.1"),
        Asked("forwarded-appends-to-two-lines", "/forwarded/", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2"),
        Asked("forwarded-of-a-stranger", "/forwarded/", "X-Forwarded-For: 192.0.2.1") with { Stranger = true },
        Asked("real-ip-of-a-stranger", "/forwarded/", "X-Real-IP: 192.0.2.1", "X-Forwarded-Proto: https") with { Stranger = true },

        // Back to the visitor.
        Answered("usual", "/plain/", "X-Own: value", "Cache-Control: max-age=60", "ETag: \"x\"", "Last-Modified: Tue, 02 Jan 2024 03:04:05 GMT"),
        Answered("twice-in-order", "/plain/", "X-Twice: first", "X-Other: o", "X-Twice: second"),
        Answered("cookies", "/plain/", Cookie, "Set-Cookie: c=d; Expires=Tue, 02 Jan 2024 03:04:05 GMT"),
        Answered("empty", "/plain/", "X-Empty:"),
        Answered("latin1-in-value", "/plain/", "X-Latin: \u00FC"),
        Answered("utf8-in-value", "/plain/", "X-Utf: \u00C3\u00BC"),
        Answered("vary-and-link", "/plain/", "Vary: Accept, Cookie", "Link: </a>; rel=next", "Link: </b>; rel=prev"),
        Answered("content-headers", "/plain/", "Content-Language: de", "Content-Encoding: identity", "Content-Disposition: attachment; filename=\"a\""),
        Answered("hop-by-hop", "/plain/", "Connection: X-Hop", "X-Hop: value", "Keep-Alive: timeout=5"),
        Answered("proxy-authenticate", "/plain/", "Proxy-Authenticate: Basic"),
        Answered("accept-ranges", "/plain/", "Accept-Ranges: bytes"),
        Answered("expires", "/plain/", "Expires: 0", "Age: 3", "Warning: 199 - text"),
        Answered("set-and-removed", "/set/", "X-Secret: gone", "X-Frame-Options: SAMEORIGIN"),
        new("answer/set-on-an-error", Raw.Request("GET /set/", "headers.test")) { Target = [TargetAnswer.Status("500 Broken", "text")] },
        new("answer/reason", Raw.Request("GET /plain/", "headers.test")) { Target = [TargetAnswer.Status("299 Fine by me", "text")] },
        new("answer/no-content-type", Raw.Request("GET /plain/", "headers.test")) { Target = [TargetAnswer.Head("200 OK", "Content-Length: 0")] },
        new("answer/http-1.0", Raw.Request("GET /plain/", "headers.test")) { Target = [new("HTTP/1.0 200 OK\r\nX-A: b\r\n\r\ntext", TargetEnd.Close)] },
        new("answer/lf-only", Raw.Request("GET /plain/", "headers.test")) { Target = [new("HTTP/1.1 200 OK\nContent-Length: 4\n\ntext")] },

        // Where a redirect of the target leads.
        Redirected("of-plain-route", "/plain/", "http://{target}/plain/next"),
        Redirected("of-replaced-route", "/base/", "http://{target}/other/next"),
        Redirected("of-replaced-route-elsewhere", "/base/", "http://{target}/next"),
        Redirected("to-a-path", "/base/", "/next?a=b"),
        Redirected("relative", "/base/", "next"),
        Redirected("abroad", "/plain/", "https://elsewhere.example/next"),
    ];

    private static ConformanceCase Asked(string name, string uri, params string[] headers) => new($"header/{name}", Raw.Request($"GET {uri}", "headers.test", headers));

    private static ConformanceCase Answered(string name, string uri, params string[] headers) =>
        new($"answer/{name}", Raw.Request($"GET {uri}", "headers.test")) { Target = [TargetAnswer.Text("text", headers)] };

    private static ConformanceCase Redirected(string name, string uri, string location) => new($"redirected/{name}", Raw.Request($"GET {uri}", "headers.test:{port}"))
    {
        Target = [TargetAnswer.Status("302 Found", "text", $"Location: {location}")],
    };
}
