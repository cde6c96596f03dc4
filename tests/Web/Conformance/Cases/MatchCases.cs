namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Which route a path gets: exact, then the longest prefix if it beats regexps, then the first regexp, then the longest prefix.</summary>
internal static class MatchCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        Of("root-exactly", "/"),
        Of("root-exactly-with-query", "/?a"),
        Of("root", "/anything"),
        Of("exact", "/exact"),
        Of("exact-with-query", "/exact?x"),
        Of("exact-with-slash", "/exact/"),
        Of("prefix-without-slash", "/exactly"),
        Of("prefix", "/docs/a"),
        Of("prefix-needs-its-slash", "/docs"),
        Of("longest-prefix", "/docs/deep/a"),
        Of("regexp-beats-prefix", "/docs/a.php"),
        Of("regexp-beats-longest-prefix", "/docs/deep/a.php"),
        Of("prefix-that-beats-regexps", "/docs/static/a.php"),
        Of("longer-prefix-that-does-not", "/images/open/a.php"),
        Of("open-prefix-that-beats-regexps", "/images.php"),
        Of("regexps-mind-case", "/a.PHP"),
        Of("regexps-mind-case-mixed", "/a.Php"),
        Of("regexp-without-case", "/a.JPEG"),
        Of("first-regexp-wins", "/docs/a.jpg"),
        Of("regexp-sees-no-query", "/docs/a?b.php"),
        Of("regexp-sees-decoded-path", "/docs/a%2ephp"),
        Of("regexp-sees-decoded-slash", "/n%2F123"),
        Of("regexp-with-count", "/n/123"),
        Of("regexp-with-count-too-long", "/n/1234"),
        Of("prefixes-mind-case", "/DOCS/a"),
        Of("prefix-sees-decoded-path", "/%64ocs/a"),
        Of("prefix-sees-merged-slashes", "//docs///deep/a"),
        Of("prefix-sees-resolved-dots", "/docs/../images/a"),
        Of("exact-sees-resolved-dots", "/a/../exact"),
        Of("exact-sees-resolved-root", "/a/.."),
        Of("encoded-space", "/with%20space/a"),
        Of("regexp-after-line-end", "/docs/a.php%0A"),
    ];

    private static ConformanceCase Of(string name, string uri) => new($"match/{name}", Raw.Request($"GET {uri}", "match.test"));
}
