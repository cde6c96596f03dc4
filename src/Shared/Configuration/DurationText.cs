using System.Buffers;
using System.Globalization;

namespace Tunnel.Shared.Configuration;

/// <summary>Spans of time as V2Ray writes them, which are Go's: <c>10s</c>, <c>1m30s</c>, <c>250ms</c>.</summary>
internal static class DurationText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Of two that begin alike the longer one first.</summary>
    private static readonly (string Unit, double Seconds)[] Units =
        [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1)];

    /// <summary>Reads one or more numbers, each with its unit.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }

        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var scale = 0.0;
            foreach (var (unit, unitSeconds) in Units)
            {
                if (rest.StartsWith(unit, StringComparison.Ordinal))
                {
                    rest = rest[unit.Length..];
                    scale = unitSeconds;
                    break;
                }
            }

            seconds += number * scale;
            if (scale == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            {
                return false;
            }
        }

        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    public static string Format(TimeSpan value) => value.Ticks % TimeSpan.TicksPerSecond == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalSeconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0.####}ms");
}
