using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Compression;

/// <summary>Which coding a visitor likes best of those that we have. Pure.</summary>
internal static class ContentCodings
{
    /// <summary>
    /// What Accept-Encoding (RFC 9110, 12.5.3) likes best; of two that it likes as much, the one that makes smaller bodies.
    /// A coding that is not named is not used, unless <c>*</c> is.
    /// </summary>
    public static ContentCoding Choose(StringValues acceptEncoding)
    {
        if (StringValues.IsNullOrEmpty(acceptEncoding)
            || !StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var accepted))
        {
            return ContentCoding.Identity;
        }

        double? brotli = null;
        double? gzip = null;
        double? identity = null;
        double? others = null;
        foreach (var item in accepted)
        {
            var quality = item.Quality ?? 1;
            if (Is(item, "br"))
            {
                brotli = quality;
            }
            else if (Is(item, "gzip") || Is(item, "x-gzip"))
            {
                gzip = quality;
            }
            else if (Is(item, "identity"))
            {
                identity = quality;
            }
            else if (Is(item, "*"))
            {
                others = quality;
            }
        }

        brotli ??= others ?? 0;
        gzip ??= others ?? 0;
        var best = Math.Max(brotli.Value, gzip.Value);
        return best <= 0 || identity > best ? ContentCoding.Identity : brotli >= gzip ? ContentCoding.Brotli : ContentCoding.Gzip;
    }

    /// <summary>What Content-Encoding calls it.</summary>
    public static string NameOf(ContentCoding coding) => coding == ContentCoding.Brotli ? "br" : "gzip";

    private static bool Is(StringWithQualityHeaderValue item, string name) => item.Value.Equals(name, StringComparison.OrdinalIgnoreCase);
}
