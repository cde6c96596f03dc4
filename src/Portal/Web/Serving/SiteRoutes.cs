using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Caching;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Shared.Reloading;

namespace Tunnel.Portal.Web.Serving;

/// <summary>A site with its routes, ready to answer.</summary>
internal sealed class SiteRoutes : IAsyncDisposable
{
    /// <summary>Answering it proves to an authority whose name this is; it is asked for without TLS.</summary>
    private const string AcmeChallenge = "/.well-known/acme-challenge";

    private readonly RouteTable _table;
    private readonly ImmutableArray<RequestForwarder?> _forwarders;
    private readonly ImmutableArray<ResponseCache?> _caches;
    private readonly ImmutableArray<RequestDelegate> _pipelines;

    /// <param name="site">The site.</param>
    /// <param name="targets">Makes connections to targets.</param>
    /// <param name="context">Loggers, time.</param>
    /// <param name="before">The same site before a reload: what a route that says the same has kept, it keeps. Null where there was none.</param>
    public SiteRoutes(WebSite site, TargetClients targets, RuntimeContext context, SiteRoutes? before)
    {
        Site = site;
        _table = new RouteTable(site.Routes);
        _forwarders = [.. site.Routes.Select(route => route.Targets.IsEmpty ? null : new RequestForwarder(route, targets, context))];
        _caches = [.. site.Routes.Select(route => route.Cache is { } cache ? before?.CacheOf(route) ?? new ResponseCache(cache, context.Time) : null)];
        var routes = new RouteContext(context.Time, RerouteAsync);
        _pipelines = [.. site.Routes.Select((route, index) => RoutePipeline.Compose(route, _forwarders[index], _caches[index], routes))];
    }

    public WebSite Site { get; }

    /// <summary>Of the routes that have one.</summary>
    public IEnumerable<ResponseCache> Caches => _caches.OfType<ResponseCache>();

    public void Start()
    {
        foreach (var forwarder in _forwarders)
        {
            forwarder?.Start();
        }
    }

    public Task HandleAsync(HttpContext context)
    {
        var visit = Visit.Of(context)!;
        if (context.Request.IsHttps)
        {
            if (Site.Hsts is { } hsts)
            {
                ResponseHeaders.ApplyHsts(context, hsts);
            }
        }
        else if (Site.RedirectToHttps is { } port && !IsChallenge(context, visit))
        {
            return Answers.ToHttps(context, visit, port);
        }

        return RunAsync(context, visit);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var forwarder in _forwarders)
        {
            await (forwarder?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private ResponseCache? CacheOf(WebRoute route)
    {
        foreach (var (index, own) in Site.Routes.Index())
        {
            if (ValueEquality.AreEqual(own, route))
            {
                return _caches[index];
            }
        }

        return null;
    }

    private Task RunAsync(HttpContext context, Visit visit)
    {
        var choice = _table.Find(visit.Path, context.Request.Method);
        switch (choice.Kind)
        {
            case RouteChoiceKind.Found:
                visit.Route = Site.Routes[choice.Index];
                visit.Groups = choice.Groups;
                return _pipelines[choice.Index](context);
            case RouteChoiceKind.AddSlash:
                return Answers.AddSlash(context, visit);
            case RouteChoiceKind.WrongMethod:
                context.Response.Headers.Allow = string.Join(", ", choice.Methods);
                return Answers.Refuse(context, StatusCodes.Status405MethodNotAllowed, TunnelError.WrongMethod);
            case RouteChoiceKind.TooCostly:
                return Answers.Refuse(context, StatusCodes.Status400BadRequest, TunnelError.BadRequest);
            default:
                return Answers.Refuse(context, StatusCodes.Status404NotFound, TunnelError.NoRoute);
        }
    }

    /// <summary>The path and the query of the request are no longer the visitor's; the rest is.</summary>
    private Task RerouteAsync(HttpContext context)
    {
        var visit = Visit.Of(context)!;
        if (!RequestPath.TryTurn(context.Request.Path.Value ?? "/", context.Request.QueryString.Value is [_, .. var query] ? query : string.Empty, out var path))
        {
            return Answers.Refuse(context, StatusCodes.Status500InternalServerError, TunnelError.Internal);
        }

        visit.Path = path;
        context.Request.Path = new PathString(path.Text);
        return RunAsync(context, visit);
    }

    private bool IsChallenge(HttpContext context, Visit visit) =>
        visit.Path.Text.StartsWith(AcmeChallenge, StringComparison.Ordinal)
        && _table.Find(visit.Path, context.Request.Method) is { Kind: RouteChoiceKind.Found, Index: var index }
        && Site.Routes[index].Path.Text.StartsWith(AcmeChallenge, StringComparison.Ordinal);
}
