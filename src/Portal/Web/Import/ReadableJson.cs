using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tunnel.Portal.Web.Import;

/// <summary>Prints JSON as a person would write it: what fits on a line stands on one.</summary>
internal static class ReadableJson
{
    /// <summary>The repository's own width for code, which fits most terminals.</summary>
    private const int Width = 140;

    private const int Indent = 2;

    private static readonly JsonSerializerOptions Plain = new()
    {
        // For people and for our own loader, not for a web page: no need to escape '<' or '+'.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Print(JsonNode node)
    {
        var text = new StringBuilder();
        Write(node, 0, 0, text);
        return text.Append('\n').ToString();
    }

    /// <param name="node">What to print.</param>
    /// <param name="indent">Of the line that it stands on.</param>
    /// <param name="taken">How much of that line is taken.</param>
    /// <param name="text">Takes the print.</param>
    private static void Write(JsonNode? node, int indent, int taken, StringBuilder text)
    {
        if (OnOneLine(node, Width - taken) is { } line)
        {
            text.Append(line);
        }
        else if (node is JsonObject fields)
        {
            text.Append("{\n");
            var left = fields.Count;
            foreach (var (name, value) in fields)
            {
                var key = $"{JsonValue.Create(name).ToJsonString(Plain)}: ";
                text.Append(' ', indent + Indent).Append(key);
                Write(value, indent + Indent, indent + Indent + key.Length, text);
                text.Append(--left > 0 ? ",\n" : "\n");
            }

            text.Append(' ', indent).Append('}');
        }
        else
        {
            var items = (JsonArray)node!;
            text.Append("[\n");
            for (var index = 0; index < items.Count; index++)
            {
                text.Append(' ', indent + Indent);
                Write(items[index], indent + Indent, indent + Indent, text);
                text.Append(index < items.Count - 1 ? ",\n" : "\n");
            }

            text.Append(' ', indent).Append(']');
        }
    }

    /// <summary>Null where it is too long, or has objects in an array: those are clearer below each other.</summary>
    private static string? OnOneLine(JsonNode? node, int width)
    {
        switch (node)
        {
            case null:
                return "null";
            case JsonValue value:
                return value.ToJsonString(Plain);
            case JsonObject { Count: 0 }:
                return "{}";
            case JsonArray { Count: 0 }:
                return "[]";
            case JsonArray items:
                return items.Any(static item => item is JsonObject) ? null : Join("[", items.Select(item => OnOneLine(item, width)), "]", width);
            case JsonObject fields:
                return Join("{ ", fields.Select(field => OnOneLine(field.Value, width) is { } value ? $"{JsonValue.Create(field.Key).ToJsonString(Plain)}: {value}" : null), " }", width);
            default:
                return null;
        }
    }

    private static string? Join(string open, IEnumerable<string?> parts, string close, int width)
    {
        var text = new StringBuilder(open);
        foreach (var part in parts)
        {
            if (part is null || text.Length > width)
            {
                return null;
            }

            text.Append(text.Length > open.Length ? ", " : string.Empty).Append(part);
        }

        return text.Length + close.Length <= width ? text.Append(close).ToString() : null;
    }
}
