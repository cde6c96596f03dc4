using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Turns a target's redirect to itself into one to the portal, as nginx's <c>proxy_redirect default</c> does.</summary>
internal static class RedirectRewrite
{
    /// <summary>The value for the visitor.</summary>
    /// <param name="location">What the target says, in <c>Location</c> or behind <c>url=</c>.</param>
    /// <param name="target">The target.</param>
    /// <param name="route">Of the route.</param>
    public static string Of(string location, WebTarget target, WebPath route)
    {
        var scheme = target.Scheme == WebTargetScheme.Https ? "https://" : "http://";
        var own = $"{scheme}{target.Authority}{target.Uri ?? "/"}";
        if (!location.StartsWith(own, StringComparison.OrdinalIgnoreCase))
        {
            return location;
        }

        return (target.Uri is null ? "/" : UriEscape.Path(RequestPath.ToBytes(route.Text))) + location[own.Length..];
    }

    /// <summary>The same for a <c>Refresh</c> header, <c>5; url=http://…</c>.</summary>
    public static string OfRefresh(string refresh, WebTarget target, WebPath route)
    {
        var url = refresh.IndexOf("url=", StringComparison.OrdinalIgnoreCase);
        return url < 0 ? refresh : refresh[..(url + 4)] + Of(refresh[(url + 4)..], target, route);
    }
}
