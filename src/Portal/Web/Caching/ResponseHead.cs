using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Caching;

/// <summary>An answer's head as it was before the target answered: what steps around the cache have put there is theirs, and is not stored.</summary>
internal sealed class ResponseHead
{
    // Those that belong to a connection (RFC 9110, 7.6.1), and those that we say ourselves each time.
    private static readonly FrozenSet<string> NotStored = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.ProxyAuthenticate, "Proxy-Authentication-Info",
        HeaderNames.TE, HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
        HeaderNames.ContentLength, HeaderNames.Age, HeaderNames.SetCookie, CacheStatus.Header,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly HttpResponse _response;
    private readonly KeyValuePair<string, StringValues>[] _before;

    public ResponseHead(HttpResponse response)
    {
        _response = response;
        _before = [.. response.Headers];
    }

    /// <summary>What was added since and can be stored.</summary>
    public ImmutableArray<KeyValuePair<string, StringValues>> Added()
    {
        var ofConnection = _response.Headers.GetCommaSeparatedValues(HeaderNames.Connection);
        return
        [
            .. _response.Headers.Where(header =>
                !NotStored.Contains(header.Key)
                && !ofConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
                && !_before.Any(before => before.Key.Equals(header.Key, StringComparison.OrdinalIgnoreCase) && before.Value == header.Value)),
        ];
    }

    /// <summary>Makes the head again what it was.</summary>
    public void Restore()
    {
        _response.StatusCode = StatusCodes.Status200OK;
        if (_response.HttpContext.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = null;
        }

        _response.Headers.Clear();
        foreach (var (name, value) in _before)
        {
            _response.Headers[name] = value;
        }
    }
}
