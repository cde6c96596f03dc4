using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Requests;

namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// What an answer is an answer to. The path is as it came: decoded, <c>/a%2Fb</c> and <c>/a%252Fb</c> could be taken for each other.
/// </summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">In lower case, with its port where it was named.</param>
/// <param name="Target">Path and query.</param>
internal readonly record struct CacheKey(string Scheme, string Host, string Target)
{
    public static CacheKey Of(HttpContext context)
    {
        var request = context.Request;
        if (Visit.Of(context) is { } visit)
        {
            return Of(request, visit.Path.RawUri);
        }

        // Of other servers than the real one the raw target may be missing.
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return Of(request, string.IsNullOrEmpty(raw) ? request.Path.ToUriComponent() + request.QueryString.ToUriComponent() : raw);
    }

    /// <summary>The key of another URI that a header of the answer names; null where it is on another host.</summary>
    public static CacheKey? OfReference(HttpRequest request, string? reference)
    {
        if (string.IsNullOrEmpty(reference))
        {
            return null;
        }

        if (reference.StartsWith('/') && !reference.StartsWith("//", StringComparison.Ordinal))
        {
            return Of(request, reference);
        }

        return Uri.TryCreate(reference, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? Of(request, uri.PathAndQuery)
            : null;
    }

    /// <summary>Whether it begins so: <c>/path</c> of any host, <c>host/path</c> of any scheme, or <c>https://host/path</c>.</summary>
    public bool StartsWith(string prefix)
    {
        if (prefix.StartsWith('/'))
        {
            return Target.StartsWith(prefix, StringComparison.Ordinal);
        }

        var scheme = prefix.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && !prefix.AsSpan(0, scheme).Equals(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = scheme < 0 ? prefix : prefix[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? rest.Equals(Host, StringComparison.OrdinalIgnoreCase)
            : rest.AsSpan(0, slash).Equals(Host, StringComparison.OrdinalIgnoreCase) && Target.AsSpan().StartsWith(rest.AsSpan(slash), StringComparison.Ordinal);
    }

    private static CacheKey Of(HttpRequest request, string target) =>
        new(request.Scheme, (request.Host.Value ?? string.Empty).ToLowerInvariant(), target);
}
