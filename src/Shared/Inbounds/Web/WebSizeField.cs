using System.Globalization;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads a number of bytes: <c>1024</c>, nginx's <c>"10m"</c>, or <c>"10MiB"</c>.</summary>
internal static class WebSizeField
{
    private static readonly (char Unit, int Shift)[] Units = [('k', 10), ('m', 20), ('g', 30)];

    /// <summary>The size; null when the field is absent or after a complaint.</summary>
    public static long? Read(ObjectReader reader, string name, long min)
    {
        if (reader.Find(name) is not { } node)
        {
            return null;
        }

        if (node.Kind is ConfigNodeKind.String or ConfigNodeKind.Number && TryParse(node.Text, out var bytes) && bytes >= min)
        {
            return bytes;
        }

        reader.Problems.Error(
            node, $"found {node.Found}, expected a size{(min > 0 ? $" of at least {ByteSizeText.Format(min)}" : string.Empty)}, such as \"10m\", \"1g\" or a number of bytes");
        return null;
    }

    internal static bool TryParse(string text, out long bytes)
    {
        text = text.Trim();
        foreach (var (unit, shift) in Units)
        {
            if (text.Length > 1
                && char.ToLowerInvariant(text[^1]) == unit
                && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue >> shift)
            {
                bytes = number << shift;
                return true;
            }
        }

        return ByteSizeText.TryParse(text, out bytes);
    }
}
