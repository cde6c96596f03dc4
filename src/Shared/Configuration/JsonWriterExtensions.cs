using System.Collections.Immutable;
using System.Text.Json;

namespace Tunnel.Shared.Configuration;

/// <summary>Fields that are left out when there is nothing to say.</summary>
internal static class JsonWriterExtensions
{
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    public static void WriteStrings(this Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        using var items = values.GetEnumerator();
        if (!items.MoveNext())
        {
            return;
        }

        writer.WriteStartArray(name);
        do
        {
            writer.WriteStringValue(items.Current);
        }
        while (items.MoveNext());
        writer.WriteEndArray();
    }

    public static void WriteArray<T>(this Utf8JsonWriter writer, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }
}
