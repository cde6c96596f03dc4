using System.Globalization;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a span of time: a number of seconds, or a string such as <c>"10s"</c>, <c>"1m30s"</c> or <c>"250ms"</c>.</summary>
internal static class DurationField
{
    private static readonly TimeSpan Max = TimeSpan.FromDays(1);

    /// <summary>The time; null when the field is absent or after a complaint.</summary>
    public static TimeSpan? Read(ObjectReader reader, string name, TimeSpan min)
    {
        if (reader.Find(name) is not { } node)
        {
            return null;
        }

        var isTime = DurationText.TryParse(node.Text, out var value);
        if (node.Kind == ConfigNodeKind.Number
            && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) <= Max.TotalSeconds * 2)
        {
            value = TimeSpan.FromSeconds(seconds);
            isTime = true;
        }

        if (isTime && value >= min && value <= Max)
        {
            return value;
        }

        reader.Problems.Error(
            node, $"found {node.Found}, expected a time from {DurationText.Format(min)} to {DurationText.Format(Max)}, such as 10 for seconds, \"10s\", \"1m30s\" or \"250ms\"");
        return null;
    }
}
