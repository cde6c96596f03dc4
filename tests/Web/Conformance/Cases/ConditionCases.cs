namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Ranges and conditions on a file of 26 letters (RFC 9110, sections 13 and 14).</summary>
internal static class ConditionCases
{
    private const string Changed = "Tue, 02 Jan 2024 03:04:05 GMT";
    private const string Before = "Mon, 01 Jan 2024 03:04:05 GMT";
    private const string After = "Wed, 03 Jan 2024 03:04:05 GMT";

    public static IEnumerable<ConformanceCase> All =>
    [
        Of("none-match-same", "If-None-Match: {etag}"),
        Of("none-match-other", "If-None-Match: \"other\""),
        Of("none-match-list", "If-None-Match: \"a\", {etag}, \"b\""),
        Of("none-match-weak", "If-None-Match: W/{etag}"),
        Of("none-match-any", "If-None-Match: *"),
        Of("none-match-two-lines", "If-None-Match: \"a\"", "If-None-Match: {etag}"),
        Of("none-match-beats-since", "If-None-Match: \"other\"", $"If-Modified-Since: {Changed}"),
        Of("none-match-same-beats-since", "If-None-Match: {etag}", $"If-Modified-Since: {Before}"),
        Of("since-same", $"If-Modified-Since: {Changed}"),
        Of("since-before", $"If-Modified-Since: {Before}"),
        Of("since-after", $"If-Modified-Since: {After}"),
        Of("since-garbage", "If-Modified-Since: yesterday"),
        Of("since-old-format", "If-Modified-Since: Tuesday, 02-Jan-24 03:04:05 GMT"),
        Of("match-same", "If-Match: {etag}"),
        Of("match-other", "If-Match: \"other\""),
        Of("match-any", "If-Match: *"),
        Of("match-weak", "If-Match: W/{etag}"),
        Of("unmodified-same", $"If-Unmodified-Since: {Changed}"),
        Of("unmodified-before", $"If-Unmodified-Since: {Before}"),
        Of("unmodified-garbage", "If-Unmodified-Since: yesterday"),
        new("condition/head-none-match", Raw.Request("HEAD /file.txt", "files.test", "If-None-Match: {etag}")),
        new("condition/missing-none-match-any", Raw.Request("GET /missing.txt", "files.test", "If-None-Match: *")),

        Of("range-first", "Range: bytes=0-4"),
        Of("range-one", "Range: bytes=25-25"),
        Of("range-open", "Range: bytes=20-"),
        Of("range-last", "Range: bytes=-3"),
        Of("range-last-of-too-many", "Range: bytes=-100"),
        Of("range-last-of-none", "Range: bytes=-0"),
        Of("range-past-the-end", "Range: bytes=20-100"),
        Of("range-all", "Range: bytes=0-"),
        Of("range-beyond", "Range: bytes=26-"),
        Of("range-far-beyond", "Range: bytes=100-200"),
        Of("range-backwards", "Range: bytes=5-3"),
        Of("range-huge", "Range: bytes=0-99999999999999999999"),
        Of("range-garbage", "Range: bytes=abc"),
        Of("range-empty", "Range: bytes="),
        Of("range-of-other-unit", "Range: letters=0-4"),
        Of("range-upper-case-unit", "Range: Bytes=0-4"),
        Of("range-spaces", "Range: bytes= 0 - 4 "),
        Of("range-without-dash", "Range: bytes=5"),
        Of("range-two-of-which-one-beyond", "Range: bytes=0-1,100-"),
        Of("range-two", "Range: bytes=0-1,20-22"),
        Of("range-three-with-last", "Range: bytes=0-0, 5-6, -1"),
        Of("range-two-that-overlap", "Range: bytes=0-5,3-8"),
        Of("range-two-of-which-none-is-there", "Range: bytes=100-,200-"),
        Of("range-empty-item", "Range: bytes=0-0,,2-2"),
        Of("range-if-same", "Range: bytes=0-4", "If-Range: {etag}"),
        Of("range-if-other", "Range: bytes=0-4", "If-Range: \"other\""),
        Of("range-if-weak", "Range: bytes=0-4", "If-Range: W/{etag}"),
        Of("range-if-date", "Range: bytes=0-4", $"If-Range: {Changed}"),
        Of("range-if-date-before", "Range: bytes=0-4", $"If-Range: {Before}"),
        Of("range-if-date-after", "Range: bytes=0-4", $"If-Range: {After}"),
        Of("range-none-match-same", "Range: bytes=0-4", "If-None-Match: {etag}"),
        Of("range-beyond-none-match-same", "Range: bytes=100-", "If-None-Match: {etag}"),
        new("condition/head-range", Raw.Request("HEAD /file.txt", "files.test", "Range: bytes=0-4")),
        new("condition/empty-file-range", Raw.Request("GET /empty.txt", "files.test", "Range: bytes=0-4")),
        new("condition/empty-file-last", Raw.Request("GET /empty.txt", "files.test", "Range: bytes=-4")),
        new("condition/large-file-range", Raw.Request("GET /large.bin", "files.test", "Range: bytes=100000-199999")),
        new("condition/missing-file-range", Raw.Request("GET /missing.txt", "files.test", "Range: bytes=0-4")),
    ];

    private static ConformanceCase Of(string name, params string[] headers) => new($"condition/{name}", Raw.Request("GET /file.txt", "files.test", headers));
}
