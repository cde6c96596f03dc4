namespace Tunnel.WebFront.Tests.Conformance.Cases;

/// <summary>Answers that no target gives: redirects, texts, codes.</summary>
internal static class OwnCases
{
    public static IEnumerable<ConformanceCase> All =>
    [
        Of("moved", "GET /moved"),
        Of("moved-with-query", "GET /moved?a=%20b"),
        Of("moved-head", "HEAD /moved"),
        Of("moved-post", "POST /moved", "Content-Length: 0"),
        Of("found", "GET /found?a=b"),
        Of("kept", "GET /kept?a=b"),
        Of("moved-keeps-codes", "GET /%6Doved?a"),
        Of("text", "GET /text"),
        Of("text-head", "HEAD /text"),
        Of("text-post", "POST /text", "Content-Length: 0"),
        Of("text-range", "GET /text", "Range: bytes=0-1"),
        Of("gone", "GET /gone"),
        Of("gone-head", "HEAD /gone"),
        Of("teapot", "GET /teapot") with { ComparesPage = true },
        new("own/secure", Raw.Request("GET /a%20b?c=d", "secure.test")),
        new("own/secure-with-port", Raw.Request("GET /a", "secure.test:{port}")),
        new("own/secure-head", Raw.Request("HEAD /a", "secure.test")),
        new("own/secure-post", Raw.Request("POST /a", "secure.test", "Content-Length: 0")),
        new("own/secure-dots", Raw.Request("GET /a/../b", "secure.test")),
        new("own/text-with-body", Raw.WithBody("POST /text", "own.test", "a body") + Raw.Request("GET /text", "own.test")) { Answers = 2 },
        new("own/text-with-chunks", Raw.Chunked("POST /text", "own.test", "4\r\nbody\r\n0\r\n\r\n") + Raw.Request("GET /text", "own.test")) { Answers = 2 },
        new("own/text-with-body-and-close", Raw.WithBody("POST /text", "own.test", new string('a', 100_000), "Connection: close")),
    ];

    private static ConformanceCase Of(string name, string line, params string[] headers) => new($"own/{name}", Raw.Request(line, "own.test", headers));
}
