namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Which site a host gets.</summary>
internal static class SiteCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        Of("exact", "one.wild.test"),
        Of("second-name", "other.test"),
        Of("upper-case", "OTHER.TEST"),
        Of("with-port", "other.test:8080"),
        Of("trailing-dot", "other.test."),
        Of("wildcard", "two.wild.test"),
        Of("wildcard-of-two-labels", "a.b.wild.test"),
        Of("longest-wildcard", "a.deep.wild.test"),
        Of("wildcard-needs-a-label", "wild.test"),
        Of("unknown", "unknown.test"),
        Of("address", "127.0.0.1"),
        Of("ipv6", "[::1]:80"),
        Of("underscore", "_"),
        new("site/absolute-form-beats-host", "GET http://other.test/a?b=c HTTP/1.1\r\nHost: default.test\r\n\r\n"),
        new("site/absolute-form-upper-case-scheme", "GET HTTP://other.test/a HTTP/1.1\r\nHost: other.test\r\n\r\n"),
        new("site/absolute-form-without-path", "GET http://other.test HTTP/1.1\r\nHost: other.test\r\n\r\n"),
        new("site/absolute-form-with-query-only", "GET http://other.test?a=b HTTP/1.1\r\nHost: other.test\r\n\r\n"),
        new("site/absolute-form-with-port", "GET http://other.test:8080/a HTTP/1.1\r\nHost: other.test:8080\r\n\r\n"),
        new("site/no-host-in-1.1", "GET / HTTP/1.1\r\n\r\n") { MustClose = true },
        new("site/no-host-in-1.0", "GET / HTTP/1.0\r\n\r\n"),
        new("site/empty-host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        new("site/two-hosts", "GET / HTTP/1.1\r\nHost: other.test\r\nHost: default.test\r\n\r\n") { MustClose = true },
        new("site/host-with-slash", "GET / HTTP/1.1\r\nHost: other.test/x\r\n\r\n") { MustClose = true },
        new("site/host-with-dots-only", "GET / HTTP/1.1\r\nHost: ..\r\n\r\n") { MustClose = true },
        new("site/host-with-space", "GET / HTTP/1.1\r\nHost: other test\r\n\r\n") { MustClose = true },
        new("site/host-with-at", "GET / HTTP/1.1\r\nHost: user@other.test\r\n\r\n"),
    ];

    private static ConformanceCase Of(string name, string host) => new($"site/{name}", Raw.Request("GET /a", host));
}
