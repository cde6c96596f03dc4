using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Caching;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing.Time;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>A cache with a visitor before it and a target behind it, whose answers a test decides.</summary>
internal sealed class CachedSite : IAsyncDisposable
{
    private readonly TestSite _site;

    private CachedSite(TestSite site, ResponseCache cache, ManualTimeProvider time, FakeTarget target) =>
        (_site, Cache, Time, Target) = (site, cache, time, target);

    public ResponseCache Cache { get; }

    public ManualTimeProvider Time { get; }

    public FakeTarget Target { get; }

    public static Task<CachedSite> StartAsync(RequestDelegate answer) => StartAsync(new WebCache(), answer);

    /// <param name="settings">The cache's.</param>
    /// <param name="answer">What the target answers.</param>
    /// <param name="around">What is around the cache; nothing by default.</param>
    public static async Task<CachedSite> StartAsync(WebCache settings, RequestDelegate answer, Func<RequestDelegate, RequestDelegate>? around = null)
    {
        var time = new ManualTimeProvider();
        var cache = new ResponseCache(settings, time);
        var target = new FakeTarget { Answer = answer };
        var handler = cache.Around(target.AnswerAsync);
        return new CachedSite(await TestSite.StartAsync(around is null ? handler : around(handler)), cache, time, target);
    }

    public Task<CachedAnswer> GetAsync(string uri, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, uri, headers);

    /// <summary>A visitor who may leave.</summary>
    public Task<string> GetAsync(string uri, CancellationToken leaving) => _site.Visitor.GetStringAsync(uri, leaving);

    public async Task<CachedAnswer> SendAsync(HttpMethod method, string uri, params (string Name, string Value)[] headers)
    {
        using var answer = await _site.SendAsync(method, uri, headers);
        var all = answer.Headers.Concat(answer.Content.Headers).ToDictionary(
            static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new CachedAnswer((int)answer.StatusCode, all, await answer.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
