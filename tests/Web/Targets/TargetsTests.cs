using System.Net;
using Tunnel.Testing;
using Tunnel.WebFront.Tests.Applications;

namespace Tunnel.WebFront.Tests.Targets;

/// <summary>A route with two targets: who gets a visitor, and what becomes of it when one is not well.</summary>
public sealed class TargetsTests(ITestOutputHelper output) : WebTunnelTest(output)
{
    private const int Requests = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string[] Both = ["a", "b"];

    private NamedTarget _a = null!;
    private NamedTarget _b = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_a, _b) = (Own(new NamedTarget("a")), Own(new NamedTarget("b")));
    }

    [Fact]
    public async Task A_cookie_leads_back_to_the_same_target_and_to_the_other_one_when_that_is_gone()
    {
        var client = await StartAsync("\"balance\": \"sticky\"");
        using var first = await client.GetAsync(new Uri($"http://{Host}/"));
        var name = await first.Content.ReadAsStringAsync();
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        Assert.Equal([name], await SeenAsync(client, cookie));
        Assert.Equal(Both, await SeenAsync(client));

        await (name == "a" ? _a : _b).DisposeAsync();
        Assert.Equal([name == "a" ? "b" : "a"], await SeenAsync(client, cookie));
    }

    [Fact]
    public async Task A_target_that_says_it_is_not_well_gets_nobody_until_it_is()
    {
        var client = await StartAsync($$"""
            "health": { "path": "{{NamedTarget.HealthPath}}", "interval": "100ms" }
            """);
        Assert.Equal(Both, await SeenAsync(client));

        _a.IsWell = false;
        await Eventually.HoldsAsync(async () => await SeenAsync(client) is ["b"], Limit, () => "visitors still come to the one that is not well");
        _a.IsWell = true;
        await Eventually.HoldsAsync(async () => await SeenAsync(client) is ["a", "b"], Limit, () => "nobody comes to the one that is well again");
    }

    [Fact]
    public async Task A_request_that_finds_its_target_gone_is_answered_by_the_other_one()
    {
        var client = await StartAsync("\"maxFails\": 1, \"failTimeout\": \"1m\"");
        Assert.Equal(Both, await SeenAsync(client));

        await _a.DisposeAsync();
        Assert.Equal(["b"], await SeenAsync(client));
    }

    private async Task<HttpClient> StartAsync(string settings)
    {
        var tunnel = await StartTunnelAsync(
            _a.Address, $$"""{ "path": "/", "to": [ "http://{{_a.Address}}", "http://{{_b.Address}}" ], {{settings}} }""");
        return ClientOf(tunnel.EndPoint);
    }

    /// <summary>The names that some requests are answered with, in order.</summary>
    private static async Task<string[]> SeenAsync(HttpClient client, string? cookie = null)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Requests; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/");
            if (cookie is not null)
            {
                request.Headers.Add("Cookie", cookie);
            }

            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            seen.Add(await answer.Content.ReadAsStringAsync());
        }

        return [.. seen];
    }
}
