using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Access;
using Tunnel.Portal.Web.Caching;
using Tunnel.Portal.Web.Compression;
using Tunnel.Portal.Web.Files;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>What happens to a request on a route: its features around each other, and its target or answer in the middle.</summary>
internal static class RoutePipeline
{
    /// <summary>Puts a route's features together; one that the route does not have costs nothing.</summary>
    /// <param name="route">The route.</param>
    /// <param name="forward">To the route's targets; null where it has none.</param>
    /// <param name="cache">Of the route; null where it has none.</param>
    /// <param name="context">For features that need a clock, or another route of the site.</param>
    public static RequestDelegate Compose(WebRoute route, RequestForwarder? forward, ResponseCache? cache, RouteContext context)
    {
        // From the inside out. Files stand in front of the targets, and compression in front of the cache, which keeps what targets say.
        var next = Innermost(route, forward);
        if (!route.TryFiles.IsEmpty)
        {
            next = new StaticFiles(route, static (request, template) => TemplateText.Render(template, request), context.Reroute).Around(next);
        }

        if (cache is not null)
        {
            next = cache.Around(next);
        }

        if (route.Compress is { } compression)
        {
            next = new ResponseCompression(compression).Around(next);
        }

        if (route.MaxBody > 0)
        {
            next = new BodyLimit(route.MaxBody).Around(next);
        }

        if (route.Auth is { } auth)
        {
            next = new BasicAuthentication(auth).Around(next);
        }

        if (route.Rate is { } rate)
        {
            next = new RateLimit(rate, context.Time).Around(next);
        }

        if (!(route.Allow.IsEmpty && route.Deny.IsEmpty))
        {
            next = new AddressAccess(route.Allow, route.Deny).Around(next);
        }

        if (!route.ResponseHeaders.IsEmpty)
        {
            next = WithHeaders(route, next);
        }

        return next;
    }

    private static RequestDelegate Innermost(WebRoute route, RequestForwarder? forward)
    {
        if (forward is not null)
        {
            return forward.InvokeAsync;
        }

        return route.Redirect is { } redirect
            ? Answers.Redirect(redirect, route.Status ?? StatusCodes.Status301MovedPermanently)
            : Answers.Fixed(route.Status ?? StatusCodes.Status404NotFound, route.Answer);
    }

    private static RequestDelegate WithHeaders(WebRoute route, RequestDelegate next) => request =>
    {
        ResponseHeaders.Apply(request, route.ResponseHeaders);
        return next(request);
    };
}
