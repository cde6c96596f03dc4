using System.Globalization;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>nginx's times, sizes and rates (nginx.org/en/docs/syntax.html).</summary>
internal static class NginxUnits
{
    private const double MaxSeconds = 100.0 * 365 * 86400;

    /// <summary>Of two that begin alike the longer one first. A month has 30 days, a year 365.</summary>
    private static readonly (string Unit, double Seconds)[] Times =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 7 * 86400), ("M", 30 * 86400), ("y", 365 * 86400)];

    /// <summary>Reads <c>10</c> (seconds), <c>10s</c>, <c>1h30m</c>, <c>500ms</c>.</summary>
    public static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        var seconds = 0.0;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var scale = rest.IsEmpty ? 1 : 0.0;
            foreach (var (unit, unitSeconds) in Times)
            {
                if (rest.StartsWith(unit, StringComparison.Ordinal))
                {
                    scale = unitSeconds;
                    rest = rest[unit.Length..];
                    break;
                }
            }

            seconds += number * scale;
            if (scale == 0 || seconds > MaxSeconds)
            {
                return false;
            }
        }

        value = TimeSpan.FromSeconds(seconds);
        return text.Length > 0;
    }

    /// <summary>As our configuration has it: whole seconds where they are.</summary>
    public static string Format(TimeSpan value) => value.Ticks % TimeSpan.TicksPerSecond == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalSeconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalMilliseconds}ms");

    /// <summary>Reads <c>1024</c>, <c>8k</c>, <c>10m</c>, <c>1g</c>.</summary>
    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        var shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        if (!long.TryParse(shift == 0 ? text : text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue >> shift)
        {
            return false;
        }

        bytes = number << shift;
        return true;
    }

    /// <summary>Reads <c>10r/s</c> or <c>30r/m</c> as requests a second.</summary>
    public static bool TryParseRate(string text, out double perSecond)
    {
        var perMinute = text.EndsWith("r/m", StringComparison.Ordinal);
        perSecond = 0;
        if ((!perMinute && !text.EndsWith("r/s", StringComparison.Ordinal))
            || !int.TryParse(text.AsSpan(0, text.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        perSecond = perMinute ? Math.Round(number / 60.0, 4) : number;
        return number > 0;
    }
}
