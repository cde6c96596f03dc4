using System.Globalization;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads a span of time: a number of seconds, or <c>"10s"</c>, <c>"1m30s"</c>, and for what lasts long <c>"12h"</c>, <c>"365d"</c>, <c>"2w"</c>.</summary>
internal static class WebTimeField
{
    private static readonly (char Unit, double Seconds)[] LongUnits = [('d', 86400), ('w', 7 * 86400)];

    private static readonly double MaxSeconds = TimeSpan.MaxValue.TotalSeconds / 2;

    /// <summary>The time; <paramref name="usual"/> when the field is absent or after a complaint.</summary>
    public static TimeSpan Read(ObjectReader reader, string name, TimeSpan usual, TimeSpan min, TimeSpan max) =>
        ReadOptional(reader, name, min, max) ?? usual;

    /// <summary>The time; null when the field is absent or after a complaint.</summary>
    public static TimeSpan? ReadOptional(ObjectReader reader, string name, TimeSpan min, TimeSpan max)
    {
        if (reader.Find(name) is not { } node)
        {
            return null;
        }

        if (TryParse(node.Text, out var value) && value >= min && value <= max)
        {
            return value;
        }

        reader.Problems.Error(
            node, $"found {node.Found}, expected a time from {DurationText.Format(min)} to {DurationText.Format(max)}, such as 10 for seconds, \"10s\", \"1m30s\" or \"1d\"");
        return null;
    }

    internal static bool TryParse(string text, out TimeSpan value)
    {
        text = text.Trim();
        var scale = 1.0;
        var digits = text.AsSpan();
        foreach (var (unit, unitSeconds) in LongUnits)
        {
            if (text.EndsWith(unit))
            {
                scale = unitSeconds;
                digits = digits[..^1];
            }
        }

        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return DurationText.TryParse(text, out value);
        }

        var seconds = number * scale;
        var fits = seconds >= 0 && seconds <= MaxSeconds;
        value = fits ? TimeSpan.FromSeconds(seconds) : default;
        return fits;
    }
}
