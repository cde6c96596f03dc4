using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Compression;

/// <summary>Which answers may be compressed, and what their heads say then. Pure but for the head.</summary>
internal static class CompressionPolicy
{
    /// <summary>Below this a body fits into one packet as it is.</summary>
    public const int MinLength = 1024;

    /// <summary>Whether an answer is one that is compressed for those who like it.</summary>
    public static bool IsCompressible(HttpResponse response, MediaTypeSet types)
    {
        var headers = response.Headers;
        return response.StatusCode is >= 200 and not (204 or 205 or 206 or 304)
            && (headers.ContentLength is null or >= MinLength)
            && headers.ContentRange.Count == 0
            && IsPlain(headers)
            && types.Contains(headers.ContentType)
            && !HeaderUtilities.ContainsCacheDirective(headers.CacheControl, CacheControlHeaderValue.NoTransformString);
    }

    /// <summary>Says that another visitor may get another coding.</summary>
    public static void Vary(IHeaderDictionary headers)
    {
        foreach (var line in headers.Vary)
        {
            foreach (var name in (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
            {
                if (name is "*" || name.Equals(HeaderNames.AcceptEncoding, StringComparison.OrdinalIgnoreCase))
                {
                    return;
                }
            }
        }

        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
    }

    /// <summary>
    /// Makes the head that of the coded body: of another length, which is not known; without ranges; and its ETag is weak, as
    /// with nginx, for the bytes are no longer those it was made for.
    /// </summary>
    public static void Recode(IHeaderDictionary headers, ContentCoding coding)
    {
        headers.ContentEncoding = ContentCodings.NameOf(coding);
        headers.ContentLength = null;
        headers.AcceptRanges = default;
        headers.ContentMD5 = default;
        headers.Remove("Digest");
        headers.Remove("Content-Digest");
        headers.Remove("Repr-Digest");
        if (headers.ETag is { Count: 1 } tag && EntityTagHeaderValue.TryParse(tag.ToString(), out var parsed))
        {
            headers.ETag = parsed.IsWeak ? tag : "W/" + tag;
        }
        else
        {
            headers.ETag = default;
        }
    }

    private static bool IsPlain(IHeaderDictionary headers) =>
        headers.ContentEncoding.Count == 0 || headers.ContentEncoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase);
}
