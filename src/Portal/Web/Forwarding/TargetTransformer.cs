using System.Buffers;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;
using Yarp.ReverseProxy.Forwarder;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>What changes between a visitor's request and the target's, and on the way back.</summary>
internal sealed class TargetTransformer(WebRoute route, TargetState target, Visit visit, WebTemplate? host) : HttpTransformer
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = TargetAddress.Of(target.Target, TargetUri.Of(target.Target, route.Path, visit.Path));
        RemoveClaims(httpContext.Request, proxyRequest);
        Set(proxyRequest, "Host", HostOf(httpContext));
        if (route.Forwarded)
        {
            var facts = new ForwardedFacts
            {
                Peer = visit.Peer,
                IsPeerTrusted = visit.IsPeerTrusted,
                Visitor = httpContext.Connection.RemoteIpAddress,
                Scheme = httpContext.Request.Scheme,
                Host = httpContext.Request.Headers.Host.ToString(),
                Port = visit.Port,
                Prefix = TargetUri.PrefixOf(target.Target, route.Path),
            };
            foreach (var (name, value) in ForwardedHeaders.Of(facts, name => string.Join(", ", httpContext.Request.Headers[name].ToArray())))
            {
                Set(proxyRequest, name, value);
            }
        }

        foreach (var header in route.RequestHeaders)
        {
            Set(proxyRequest, header.Name, header.Value is null ? string.Empty : TemplateText.RenderForHeader(header.Value, httpContext));
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is { StatusCode: < System.Net.HttpStatusCode.Continue })
        {
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "The status is no status of HTTP.");
        }

        var copiesBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is null)
        {
            return copiesBody;
        }

        visit.IsAnswered = true;
        var headers = httpContext.Response.Headers;

        // Errors of this portal are its own.
        headers.Remove(TunnelError.Header);
        if (headers.Location is [{ } location])
        {
            headers.Location = RedirectRewrite.Of(location, target.Target, route.Path);
        }

        if (headers["Refresh"] is [{ } refresh])
        {
            headers["Refresh"] = RedirectRewrite.OfRefresh(refresh, target.Target, route.Path);
        }

        if (route.Balance == WebBalance.Sticky && StickyCookie.Find(httpContext.Request, [target]) is null)
        {
            StickyCookie.Set(httpContext, target);
        }

        if (copiesBody && IsConversation(headers.ContentType.ToString()))
        {
            // Whoever waits for the head before it says more would wait for ever.
            await httpContext.Response.Body.FlushAsync(cancellationToken);
        }

        return copiesBody;
    }

    /// <summary>
    /// What strangers say of themselves goes. So do names of other characters than letters, digits and dashes, as in nginx: servers that
    /// make variables of headers cannot tell an underscore from a dash, and so would believe <c>X_Real_IP</c>.
    /// </summary>
    private void RemoveClaims(HttpRequest from, HttpRequestMessage request)
    {
        foreach (var name in from.Headers.Keys)
        {
            if (name.AsSpan().ContainsAnyExcept(Plain))
            {
                // One that is no name at all is not there, and could not be asked for.
                if (request.Headers.NonValidated.Contains(name))
                {
                    request.Headers.Remove(name);
                }
            }
            else if (!visit.IsPeerTrusted && ForwardedHeaders.IsClaim(name))
            {
                Set(request, name, string.Empty);
            }
        }
    }

    private string HostOf(HttpContext context) => route.Host switch
    {
        WebRoute.TargetHost => target.Target.Authority,
        WebRoute.VisitedHost => context.Request.Headers.Host.ToString(),
        _ => TemplateText.RenderForHeader(host!, context),
    };

    /// <summary>Answers whose first byte may come long after their head.</summary>
    private static bool IsConversation(string contentType) =>
        contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets a header, or removes it where there is nothing to set.</summary>
    private static void Set(HttpRequestMessage request, string name, string value)
    {
        HttpHeaders? headers = IsContent(name) ? request.Content?.Headers : request.Headers;
        if (headers is null)
        {
            return;
        }

        headers.Remove(name);
        if (value.Length > 0)
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>The headers that belong to a body, and are kept with it.</summary>
    private static bool IsContent(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Allow", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Expires", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase);
}
