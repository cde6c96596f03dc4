using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// Keeps answers as a cache that many share may (RFC 9111), gives them to those who ask for the same, and shows them while their
/// target is away. Many who ask at once for what is not there are one request to the target.
/// </summary>
internal sealed class ResponseCache
{
    // How often a visitor waits for others who ask for the same, such as in another language, before he asks himself.
    private const int MaxWaits = 3;

    private readonly CacheParts _parts;
    private readonly Flights _flights = new();

    public ResponseCache(WebCache settings, TimeProvider time) =>
        _parts = new CacheParts(settings, new ResponseStore(settings.Size, time), new Outage(time), time);

    /// <summary>How many answers are stored.</summary>
    public int Count => _parts.Store.Count;

    /// <summary>How many bytes they take.</summary>
    public long Size => _parts.Store.Size;

    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            return IsPlain(context) && !IsHere(context) ? AnswerAsync(context, next) : next(context);
        }

        return HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method) || HttpMethods.IsConnect(method)
            ? next(context)
            : ChangeAsync(context, next);
    };

    /// <summary>Removes what is stored for URIs that begin so: <c>/path</c> on any host, <c>host/path</c>, or <c>https://host/path</c>.</summary>
    /// <returns>How many answers.</returns>
    public int Purge(string prefix) => _parts.Store.Purge(prefix);

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var asked = Asked(request.Headers);
        var key = CacheKey.Of(context);
        if (asked.NoStore)
        {
            await FetchAsync(context, new CacheFetch(context, _parts, key, stored: null, asked, flight: null), next);
            return;
        }

        for (var waits = 0; ; waits++)
        {
            var stored = _parts.Store.Find(key, request.Headers);
            if (stored is not null && Suits(request, stored, asked) is { } status)
            {
                await StoredAnswer.WriteAsync(context, stored, status, _parts.Time);
                return;
            }

            if (asked.OnlyIfCached)
            {
                context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
                return;
            }

            if (waits == MaxWaits || !IsShared(request, key, stored, asked))
            {
                await FetchAsync(context, new CacheFetch(context, _parts, key, stored, asked, flight: null), next);
                return;
            }

            var flight = _flights.Join(key, out var isNew);
            if (isNew)
            {
                // What was on its way when the store was looked into may have arrived before this flight began.
                if (_parts.Store.Find(key, request.Headers) is { } arrived && !ReferenceEquals(arrived, stored) && Suits(request, arrived, asked) is not null)
                {
                    _flights.End(key, flight, FlightEnd.Stored);
                    continue;
                }

                try
                {
                    await FetchAsync(context, new CacheFetch(context, _parts, key, stored, asked, flight), next);
                }
                finally
                {
                    _flights.End(key, flight, context.RequestAborted.IsCancellationRequested ? FlightEnd.Abandoned : FlightEnd.NotStored);
                }

                return;
            }

            if (await WaitAsync(context, flight) is not { } end)
            {
                return;
            }

            if (end == FlightEnd.Failed && stored is not null && stored.Freshness.CoversErrors(_parts.Time))
            {
                await StoredAnswer.WriteAsync(context, stored, CacheStatus.Stale, _parts.Time);
                return;
            }

            if (end is FlightEnd.NotStored or FlightEnd.Failed)
            {
                waits = MaxWaits - 1;
            }
        }
    }

    private Task FetchAsync(HttpContext context, CacheFetch fetch, RequestDelegate next)
    {
        context.Items[this] = fetch;
        return fetch.RunAsync(next);
    }

    /// <summary>Whether a request is on its way from here already and was sent to this route again: it would wait for itself.</summary>
    private bool IsHere(HttpContext context) => context.Items.ContainsKey(this);

    /// <summary>Whether what is stored is what a request gets, and what that is called.</summary>
    private string? Suits(HttpRequest request, StoredResponse stored, CacheDirectives asked)
    {
        if (CachePolicy.MayReuse(request, stored.Freshness) && stored.Freshness.Suits(asked, _parts.Time) is { } status)
        {
            return status;
        }

        return request.Headers.Authorization.Count == 0 && stored.Freshness.CoversErrors(_parts.Time) && _parts.Outage.Holds() ? CacheStatus.Stale : null;
    }

    /// <summary>Whether a request may wait for another's answer: one that, as far as is known, will be for everybody.</summary>
    private bool IsShared(HttpRequest request, CacheKey key, StoredResponse? stored, CacheDirectives asked) =>
        HttpMethods.IsGet(request.Method)
        && !asked.NoCache
        && asked.MaxAge != TimeSpan.Zero
        && request.Headers.Authorization.Count == 0
        && request.Headers.Range.Count == 0
        && stored is not { Freshness.Lifetime.Ticks: 0 }
        && !_parts.Store.IsPassed(key);

    private async Task<FlightEnd?> WaitAsync(HttpContext context, Flight flight)
    {
        try
        {
            return await flight.WaitAsync(_parts.Time, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The visitor is gone.
            return null;
        }
    }

    /// <summary>A request that may change what is there: what is stored of it is no longer true (RFC 9111, 4.4).</summary>
    private async Task ChangeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode is < 200 or >= 400)
        {
            return;
        }

        _parts.Store.Remove(CacheKey.Of(context));
        var headers = context.Response.Headers;
        foreach (var reference in (string?[])[headers.Location, headers.ContentLocation])
        {
            if (CacheKey.OfReference(context.Request, reference) is { } other)
            {
                _parts.Store.Remove(other);
            }
        }
    }

    /// <summary>Whether it is nothing but a question: no change of protocol, and no body.</summary>
    private static bool IsPlain(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
        && context.Request.Headers.Upgrade.Count == 0
        && (context.Request.ContentLength ?? 0) == 0
        && context.Request.Headers.TransferEncoding.Count == 0;

    /// <summary>The request's Cache-Control; for old visitors their Pragma.</summary>
    private static CacheDirectives Asked(IHeaderDictionary request) =>
        CacheDirectives.Parse(request.CacheControl.Count == 0 && request.Pragma.Count > 0 ? request.Pragma : request.CacheControl);
}
