using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Caching;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Portal.Web.Logs;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>
/// What an inbound's settings mean: finds for each request its site and its route, and lets that answer. A reload makes another one;
/// this one ends when its last request has.
/// </summary>
internal sealed class WebFront : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TrustedProxies _proxies;
    private readonly SiteTable _table;
    private readonly ImmutableArray<SiteRoutes> _sites;
    private readonly AccessLog? _accessLog;
    private readonly RequestDelegate _handle;

    // One for each request, and one until it is retired.
    private int _holders = 1;
    private int _retired;

    /// <param name="settings">With at least one site.</param>
    /// <param name="targets">Makes connections to targets; shared with the fronts before and after.</param>
    /// <param name="context">Loggers, time.</param>
    /// <param name="before">The front in whose place this one comes; null for the first.</param>
    /// <exception cref="Shared.Dispatch.InboundStartException">The access log cannot be written.</exception>
    public WebFront(WebSettings settings, TargetClients targets, RuntimeContext context, WebFront? before = null)
    {
        _logger = context.Loggers.CreateLogger<WebFront>();
        _time = context.Time;
        _proxies = new TrustedProxies(settings.TrustedProxies);
        _table = new SiteTable(settings.Sites);
        _accessLog = settings.AccessLog is { } log ? new AccessLog(log, context.Time, _logger) : null;
        _sites = [.. settings.Sites.Select(site => new SiteRoutes(site, targets, context, before?.SiteLike(site)))];
        _handle = new ErrorPages(settings.ErrorPages, _logger).Around(HandleAsync);
        _handle = _accessLog is null ? _handle : _accessLog.Around(_handle);
    }

    /// <summary>Begins to ask targets whether they are well.</summary>
    public void Start()
    {
        foreach (var site in _sites)
        {
            site.Start();
        }
    }

    /// <summary>Forgets answers that are kept; null where none ever are.</summary>
    public int? Purge(string prefix)
    {
        ImmutableArray<ResponseCache> caches = [.. _sites.SelectMany(static site => site.Caches)];
        return caches.IsEmpty ? null : caches.Sum(cache => cache.Purge(prefix));
    }

    /// <summary>Serves a request; false where this front has been retired, and the next one has to.</summary>
    public bool TryServe(HttpContext context, out Task serving)
    {
        int holders;
        do
        {
            holders = Volatile.Read(ref _holders);
            if (holders == 0)
            {
                serving = Task.CompletedTask;
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _holders, holders + 1, holders) != holders);
        serving = ServeAsync(context);
        return true;
    }

    /// <summary>Takes no more requests, and ends when those that are here have ended.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _retired, 1) == 0 ? ReleaseAsync() : ValueTask.CompletedTask;

    private SiteRoutes? SiteLike(WebSite site) => _sites.FirstOrDefault(own => own.Site.Hosts.SequenceEqual(site.Hosts, StringComparer.Ordinal));

    private async Task ServeAsync(HttpContext context)
    {
        try
        {
            Identify(context);
            await _handle(context);
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private async ValueTask ReleaseAsync()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
        {
            return;
        }

        foreach (var site in _sites)
        {
            await site.DisposeAsync();
        }

        if (_accessLog is not null)
        {
            await _accessLog.DisposeAsync();
        }
    }

    /// <summary>Finds out who asks whom for what, and writes it where everything behind this looks for it.</summary>
    private void Identify(HttpContext context)
    {
        var (request, connection) = (context.Request, context.Connection);
        var peer = connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : connection.RemoteIpAddress;
        connection.RemoteIpAddress = peer;
        var isTrusted = _proxies.Contains(peer);
        if (isTrusted)
        {
            Believe(request, connection);
        }

        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? string.Empty;
        if (!RequestPath.TryParse(target, out var path))
        {
            return;
        }

        var host = SiteTable.HostOf(request.Headers.Host.ToString());
        request.Path = new PathString(path.Text);
        context.Features.Set(new Visit
        {
            Path = path,
            Host = host,
            Site = _sites[_table.Find(host)].Site,
            Peer = peer,
            IsPeerTrusted = isTrusted,
            Port = connection.LocalPort > 0 ? connection.LocalPort : request.IsHttps ? WebSite.HttpsPort : 80,
            Began = _time.GetTimestamp(),
        });
    }

    /// <summary>Takes a trusted proxy's word for who the visitor is and how it came.</summary>
    private void Believe(HttpRequest request, ConnectionInfo connection)
    {
        var chain = request.Headers["X-Forwarded-For"].ToString();
        chain = chain.Length > 0 ? chain : TrustedProxies.ChainOf(request.Headers["Forwarded"].ToString());
        if (_proxies.VisitorOf(chain) is { } visitor)
        {
            connection.RemoteIpAddress = visitor.Address;
            connection.RemotePort = visitor.Port;
        }

        var scheme = request.Headers["X-Forwarded-Proto"].ToString().ToLowerInvariant();
        if (scheme is "http" or "https")
        {
            request.Scheme = scheme;
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            await (IsRefused(context, out var refusal) ? refusal : _sites[SiteOf(context)].HandleAsync(context));
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            var code = exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? TunnelError.BodyTooLarge : TunnelError.BadRequest;
            await Answers.RefuseAndClose(context, exception.StatusCode, code);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The visitor has left.
        }
        catch (Exception exception) when (exception is not BadHttpRequestException && !context.Response.HasStarted)
        {
            ServingLog.Failed(_logger, exception, context.Request.Host.Value ?? string.Empty, context.Request.Path);
            context.Response.Clear();
            await Answers.Refuse(context, StatusCodes.Status500InternalServerError, TunnelError.Internal);
        }
    }

    private int SiteOf(HttpContext context) => _table.Find(Visit.Of(context)!.Host);

    /// <summary>Whether something is wrong with a request whatever site it is for.</summary>
    private static bool IsRefused(HttpContext context, out Task refusal)
    {
        var request = context.Request;
        var isUnclear = RequestFraming.IsDoubtful(request) || RequestFraming.HasBrokenName(request.Headers)
            || !RequestFraming.IsMethod(request.Method) || !RequestFraming.IsHost(request);
        var isTunnel = HttpMethods.IsConnect(request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true };
        if (!isUnclear && (isTunnel || HttpMethods.IsTrace(request.Method)))
        {
            refusal = Answers.RefuseAndClose(context, StatusCodes.Status405MethodNotAllowed, TunnelError.WrongMethod);
            return true;
        }

        isUnclear |= Visit.Of(context) is null;
        refusal = isUnclear ? Answers.RefuseAndClose(context, StatusCodes.Status400BadRequest, TunnelError.BadRequest) : Task.CompletedTask;
        return isUnclear;
    }
}
