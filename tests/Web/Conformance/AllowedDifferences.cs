namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>The differences that are right, in one place. One that is gone has to go from here too.</summary>
internal static class AllowedDifferences
{
    private const string Grammar = "RFC 9112 does not allow it, and readers disagree on it: it is refused rather than guessed";
    private const string OneStatus = "refused by both; the status says the same in other words";
    private const string ByBytes = "the portal takes up to 32 KiB of headers, in lines of any length";
    private const string Realm = "of a trusted proxy's visitor the address is the visitor's, as with nginx's realip module";
    private const string Hop = "the header is of one connection (RFC 9110, section 7.6.1), or between a visitor and a proxy of his own";
    private const string BadAnswer = "what is no answer is not passed on: the visitor is told that the target failed";

    public static readonly IReadOnlyList<AllowedDifference> All =
    [
        // Requests that are refused.
        .. new[]
        {
            "framing/chunk-size-with-space", "framing/chunk-line-of-lf", "framing/chunk-extension-with-lf", "framing/chunk-data-end-of-lf",
            "framing/trailer-without-colon", "framing/latin1-in-name", "framing/cr-before-cr-lf", "connection/space-after-version", "uri/two-spaces",
            "uri/raw-utf8", "uri/plain-raw-utf8", "file/utf8-raw", "site/host-with-at", "site/absolute-form-upper-case-scheme",
        }.Select(static name => Refused(name, "400", Grammar)),
        Refused("connection/http-0.9", "400", "a protocol of 1991 without headers: nobody speaks it but scanners"),
        Refused("connection/http-1.2", "505", "there is no such version"),
        Status("framing/coding-*", "501", "400", OneStatus),
        Status("connection/http-3-digits", "505", "400", OneStatus),
        Status("connection/lower-case-version", "400", "505", OneStatus),
        Status("limit/headers-of-60000-together", "400", "431", OneStatus),
        Status("limit/header-of-100000", "400", "431", OneStatus),
        Status("limit/headers-3000", "400", "431", OneStatus),
        Taken("limit/header-of-10000", ByBytes),
        Taken("framing/length-with-plus", "Kestrel reads it as the number; what goes to the target is a length without a sign"),

        // What a target is told.
        new("header/forwarded*", [], ["target 1: forwarded: for=*;host=headers.test;proto=http"], "RFC 7239 beside the older headers, for those who read it"),
        new("header/real-ip-of-a-stranger", [], ["target 1: forwarded: for=*;host=headers.test;proto=http"], "RFC 7239 beside the older headers, for those who read it"),
        new("header/forwarded-appends", ["target 1: x-real-ip: 127.0.0.1"], ["target 1: x-real-ip: 192.0.2.1"], Realm),
        new(
            "header/forwarded-appends-to-two-lines",
            ["target 1: x-real-ip: 127.0.0.1", "target 1: x-forwarded-for: 192.0.2.1, 192.0.2.2, 127.0.0.1"],
            ["target 1: x-real-ip: 192.0.2.2", "target 1: x-forwarded-for: 192.0.2.1,192.0.2.2, 127.0.0.1"],
            $"{Realm}; a blank less between addresses is nothing to a reader of lists"),
        new("header/variables-with-chain", ["target 1: x-remote: 127.0.0.1:VISITOR-PORT"], ["target 1: x-remote: 192.0.2.2:"], Realm),
        new("header/hop-proxy-authorization", ["target 1: proxy-authorization: *"], [], Hop),
        new("header/hop-proxy-connection", ["target 1: proxy-connection: *"], [], Hop),
        new("header/hop-upgrade-alone", ["target 1: upgrade: foo", "target 1: connection: upgrade"], [], Hop),
        new("connection/upgrade/h2c", ["target 1: upgrade: h2c", "target 1: connection: upgrade", "target 1: http2-settings: *"], [], "the upgrade to HTTP/2 was taken back (RFC 9113, section 3.1)"),
        new("connection/upgrade/post", ["target 1: upgrade: websocket", "target 1: connection: upgrade"], [], "a WebSocket is asked for with GET (RFC 6455, section 4.1)"),
        new("connection/upgrade/another-protocol", ["target 1: upgrade: own/1", "target 1: connection: upgrade"], [], "the forwarder passes WebSockets and SPDY on, and no other protocol"),
        new("uri/plain/fragment", ["target 1: GET /plain/a#b HTTP/1.1"], ["target 1: GET /plain/a HTTP/1.1"], "a fragment is none of a server's business (RFC 3986, section 3.5)"),
        new("uri/plain/hash-in-query", ["target 1: GET /plain/a?b#c HTTP/1.1"], ["target 1: GET /plain/a?b HTTP/1.1"], "a fragment is none of a server's business (RFC 3986, section 3.5)"),
        new("body/expect-*", ["answer 1: 100", "answer *: 200", "answer *: content-type: *", "answer *: body *"], ["answer 1: 200", "answer 1: content-type: *", "answer 1: body *"], "100 is not said to one who has sent everything already"),

        // What a visitor is told.
        new("own/*", ["answer *: content-type: text/plain"], ["answer *: content-type: text/plain; charset=utf-8"], "the texts of a configuration are UTF-8, and it is said"),
        new("own/secure-post", ["answer 1: 301"], ["answer 1: 308"], "308 keeps the method and the body; browsers make a GET of 301"),
        new("redirected/*", ["answer 1: location: http://headers.test:PORT/*"], ["answer 1: location: /*"], "a relative reference (RFC 9110, section 10.2.2) is right behind a mapped port too"),
        new("match/prefix-needs-its-slash", ["answer 1: location: http://match.test:PORT/docs/"], ["answer 1: location: /docs/"], "a relative reference, as above"),
        new("file/directory-without-slash*", ["answer 1: location: http://files.test:PORT/*"], ["answer 1: location: /*"], "a relative reference, as above"),
        new("answer/proxy-authenticate", ["answer 1: proxy-authenticate: Basic"], [], Hop),
        new("connection/upgrade/declined-with-426", ["answer 1: upgrade: other"], [], Hop),
        new("body/answered/100-first", ["answer *"], ["answer 1: *"], "an interim answer that the visitor did not ask for is not passed on"),
        new("connection/upgrade/not-asked", ["answer 1: 101", "answer 1: upgrade: *", "answer 1: body *"], ["answer 1: 502"], BadAnswer),

        new("file/*", [], ["answer 1: allow: GET, HEAD"], "405 says which methods there are (RFC 9110, section 15.5.6)"),
        new("failure/closed-*", ["answer 1: www-authenticate: Basic realm=\"home\""], ["answer 1: www-authenticate: Basic realm=\"home\", charset=\"UTF-8\""], "browsers are told in what to write names that are not ASCII (RFC 7617, section 2.1)"),
        new("condition/since-after", ["answer 1: *"], ["answer 1: 304", "answer 1: etag: *"], "RFC 9110, section 13.1.3; nginx compares for equality unless told otherwise"),
        new("condition/none-match-same-beats-since", ["answer 1: *"], ["answer 1: 304", "answer 1: etag: *"], "If-Modified-Since is not looked at beside If-None-Match (RFC 9110, section 13.1.3)"),
        new("condition/none-match-two-lines", ["answer 1: 400", "connection: closed"], ["answer 1: *", "connection: kept"], "a list may stand in several lines (RFC 9110, section 5.3)"),
        new("condition/unmodified-garbage", ["answer 1: 412"], ["answer 1: *"], "what is no date is not looked at (RFC 9110, section 13.1.4)"),
        new("condition/head-range", ["answer 1: *"], ["answer 1: *"], "a range is of GET alone (RFC 9110, section 14.2)"),
        new("condition/range-empty-item", ["answer 1: *"], ["answer 1: *"], "an empty item of a list is nothing (RFC 9110, section 5.6.1)"),

        // Targets that fail.
        .. new[] { "two-lengths", "length-of-letters", "header-without-colon", "status-of-letters", "status-too-low", "garbage", "chunk-broken" }
            .Select(static name => new AllowedDifference($"failure/target/{name}", ["answer 1: *", "connection: *"], ["answer 1: 502", "connection: *"], BadAnswer)),
        new("failure/target/nul-in-a-header", ["answer 1: 502"], ["answer 1: 200", "answer 1: x-a: a b", "answer 1: body *"], "the byte arrives as a blank, which ends nothing (RFC 9110, section 5.5)"),
        new("failure/target/line-end-in-a-header", ["answer 1: 502"], ["answer 1: 200", "answer 1: x-a: a b", "answer 1: body *"], "the byte arrives as a blank, which ends nothing (RFC 9110, section 5.5)"),
        new("failure/target/*s-at-once", [], ["target *"], "a kept connection may end when a request is under way: where nothing came back, it is sent on another one"),
    ];

    /// <summary>nginx takes it, the portal does not.</summary>
    private static AllowedDifference Refused(string name, string status, string reason) => new(name, ["*"], [$"answer 1: {status}", "connection: closed"], reason);

    /// <summary>The portal takes it, nginx does not.</summary>
    private static AllowedDifference Taken(string name, string reason) => new(name, ["answer 1: 400", "connection: closed"], ["*"], reason);

    private static AllowedDifference Status(string name, string nginx, string portal, string reason) => new(name, [$"answer 1: {nginx}"], [$"answer 1: {portal}"], reason);
}
