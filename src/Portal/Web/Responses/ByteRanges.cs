using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Responses;

/// <summary>Which parts of a body a Range header asks for. Pure.</summary>
internal static class ByteRanges
{
    // More than a player or a downloader asks for; whoever asks for more gets the whole (RFC 9110, 14.2, against "many small ranges").
    private const int MaxRanges = 16;

    /// <summary>
    /// The parts in the order of the header; empty where none of them lies in the body (416); null where the header is to be
    /// ignored: it is malformed, has another unit, or its parts are together more than the whole.
    /// </summary>
    public static ImmutableArray<ByteRange>? Select(StringValues range, long length)
    {
        if (range.Count != 1
            || !RangeHeaderValue.TryParse(range.ToString(), out var parsed)
            || !parsed.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            || parsed.Ranges.Count is 0 or > MaxRanges)
        {
            return null;
        }

        var selected = ImmutableArray.CreateBuilder<ByteRange>(parsed.Ranges.Count);
        var sum = 0L;
        foreach (var item in parsed.Ranges)
        {
            // "-500" is the last 500 bytes, "500-" all from there.
            var from = item.From ?? Math.Max(0, length - item.To.GetValueOrDefault());
            var to = item.From is null ? length - 1 : Math.Min(item.To ?? long.MaxValue, length - 1);
            if (from <= to)
            {
                selected.Add(new ByteRange(from, to - from + 1));
                sum += to - from + 1;
            }
        }

        return selected.Count > 1 && sum > length ? null : selected.ToImmutable();
    }
}
