using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Responses;

/// <summary>Which parts of a body a Range header asks for. Pure.</summary>
internal static class ByteRanges
{
    // More than a player or a downloader asks for; whoever asks for more gets the whole (RFC 9110, 14.2, against "many small ranges").
    private const int MaxRanges = 16;

    private const string Unit = "bytes=";

    /// <summary>
    /// The parts in the order of the header; empty where none of them lies in the body, or they cannot be read (416, as with
    /// nginx); null where the header is to be ignored: it has another unit, its parts are together more than the whole, or there is nothing
    /// to take parts of.
    /// </summary>
    public static ImmutableArray<ByteRange>? Select(StringValues range, long length)
    {
        if (length == 0
            || range is not [{ } text]
            || text.Length == Unit.Length
            || !text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!RangeHeaderValue.TryParse(text, out var parsed))
        {
            return [];
        }

        if (parsed.Ranges.Count > MaxRanges)
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
