using System.Globalization;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads a span of time: a number of seconds, or <c>"10s"</c>, <c>"1m30s"</c>, and for what lasts long <c>"12h"</c>, <c>"365d"</c>, <c>"2w"</c>.</summary>
internal static class WebTimeField
{
    private static readonly (char Unit, int Hours)[] LongUnits = [('d', 24), ('w', 7 * 24)];

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
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < TimeSpan.MaxValue.TotalSeconds / 2)
        {
            value = TimeSpan.FromSeconds(seconds);
            return true;
        }

        foreach (var (unit, hours) in LongUnits)
        {
            if (text.Length > 1 && text[^1] == unit && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                value = TimeSpan.FromHours((double)count * hours);
                return true;
            }
        }

        return DurationText.TryParse(text, out value);
    }
}
