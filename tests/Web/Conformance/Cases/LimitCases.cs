namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>How long, and how many.</summary>
internal static class LimitCases
{
    private const string Host = "strict.test";

    public static IEnumerable<ConformanceCase> All =>
    [
        Of("uri-of-1000", Raw.Request($"GET /{Long(1000)}", Host)),
        Of("uri-of-4000", Raw.Request($"GET /{Long(4000)}", Host)),
        Of("uri-of-8000", Raw.Request($"GET /{Long(8000)}", Host)),
        Refused("uri-of-10000", Raw.Request($"GET /{Long(10_000)}", Host)),
        Refused("uri-of-100000", Raw.Request($"GET /{Long(100_000)}", Host)),
        Of("query-of-8000", Raw.Request($"GET /?{Long(8000)}", Host)),
        Of("header-of-1000", Raw.Request("GET /", Host, $"X-Long: {Long(1000)}")),
        Of("header-of-8000", Raw.Request("GET /", Host, $"X-Long: {Long(8000)}")),
        Refused("header-of-10000", Raw.Request("GET /", Host, $"X-Long: {Long(10_000)}")),
        Refused("header-of-100000", Raw.Request("GET /", Host, $"X-Long: {Long(100_000)}")),
        Of("cookie-of-4000", Raw.Request("GET /", Host, $"Cookie: session={Long(4000)}")),
        Of("headers-of-20000-together", Raw.Request("GET /", Host, Many(5, 4000))),
        Refused("headers-of-60000-together", Raw.Request("GET /", Host, Many(15, 4000))),
        Of("headers-80", Raw.Request("GET /", Host, Many(80, 10))),
        Of("headers-150", Raw.Request("GET /", Host, Many(150, 10))),
        Refused("headers-3000", Raw.Request("GET /", Host, Many(3000, 10))),
        Of("body-within-the-limit", Raw.WithBody("POST /small/", "errors.test", "0123456789")),
        new("limit/body-beyond-the-limit", Raw.WithBody("POST /small/", "errors.test", "0123456789x")),
        new("limit/body-beyond-the-limit-expected", Raw.Request("POST /small/", "errors.test", "Content-Length: 11", "Expect: 100-continue")) { Later = "0123456789x" },
        Of("chunks-within-the-limit", Raw.Chunked("POST /small/", "errors.test", "a\r\n0123456789\r\n0\r\n\r\n")),
        new("limit/chunks-beyond-the-limit", Raw.Chunked("POST /small/", "errors.test", "b\r\n0123456789x\r\n0\r\n\r\n")),
    ];

    private static string Long(int length) => new('a', length);

    private static string[] Many(int count, int length) => [.. Enumerable.Range(0, count).Select(i => $"X-{i}: {Long(length)}")];

    private static ConformanceCase Of(string name, string request) => new($"limit/{name}", request);

    private static ConformanceCase Refused(string name, string request) => new($"limit/{name}", request) { MustClose = true };
}
