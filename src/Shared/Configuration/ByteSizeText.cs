using System.Globalization;

namespace Tunnel.Shared.Configuration;

/// <summary>Numbers of bytes as people write them: <c>67108864</c>, <c>64MiB</c>, <c>1 GiB</c>.</summary>
internal static class ByteSizeText
{
    private static readonly (string Unit, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0)];

    /// <summary>Reads a whole number with a unit, or without one for bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        var rest = text.AsSpan().Trim();
        var shift = 0;
        foreach (var (unit, unitShift) in Units)
        {
            if (rest.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                rest = rest[..^unit.Length].TrimEnd();
                shift = unitShift;
                break;
            }
        }

        var isNumber = long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift;
        bytes = isNumber ? number << shift : 0;
        return isNumber;
    }

    /// <summary>The shortest way to write it exactly.</summary>
    public static string Format(long bytes)
    {
        foreach (var (unit, shift) in Units.Take(3).Reverse())
        {
            if (bytes != 0 && bytes % (1L << shift) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{unit}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
