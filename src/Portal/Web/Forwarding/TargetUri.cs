using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>What a target is asked for, as nginx's <c>proxy_pass</c> makes it.</summary>
internal static class TargetUri
{
    /// <summary>
    /// The request's own URI where the target has none; else the normalised path, of which the target's URI replaces what the route
    /// matched, with the query as it came.
    /// </summary>
    public static string Of(WebTarget target, WebPath route, RequestPath path)
    {
        if (target.Uri is null)
        {
            return path.RawUri;
        }

        var matched = Math.Min(RequestPath.ToBytes(route.Text).Length, path.Bytes.Length);
        var rest = path.Bytes[matched..];

        // Without an escape in it, it holds nothing that the visitor did not send in the open.
        rest = path.WasEscaped ? UriEscape.Path(rest) : rest;
        return path.Arguments.Length > 0 ? $"{target.Uri}{rest}?{path.Arguments}" : target.Uri + rest;
    }

    /// <summary>What a route takes off the front of a path, where a target serves the rest under its root; null where it does not.</summary>
    public static string? PrefixOf(WebTarget target, WebPath route)
    {
        if (target.Uri is null || !route.Text.EndsWith(target.Uri, StringComparison.Ordinal))
        {
            return null;
        }

        var prefix = route.Text[..^target.Uri.Length];
        return prefix.Length == 0 ? null : UriEscape.Path(RequestPath.ToBytes(prefix));
    }
}
