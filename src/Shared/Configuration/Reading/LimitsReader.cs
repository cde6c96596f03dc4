using System.Text.Json;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads and writes the <c>limits</c> object.</summary>
internal static class LimitsReader
{
    private const int Most = 1_000_000;

    public static LimitsConfig Read(ObjectReader? limits)
    {
        var defaults = new LimitsConfig();
        if (limits is null)
        {
            return defaults;
        }

        var read = new LimitsConfig
        {
            Memory = ReadMemory(limits) ?? defaults.Memory,
            VisitorsPerInbound = limits.Integer("visitorsPerInbound", 1, Most),
            VisitorsPerAddress = limits.Integer("visitorsPerAddress", 1, Most) ?? defaults.VisitorsPerAddress,
            Handshakes = limits.Integer("handshakes", 1, Most) ?? defaults.Handshakes,
            StreamsPerSession = limits.Integer("streamsPerSession", 1, Most) ?? defaults.StreamsPerSession,
        };
        limits.End();
        return read;
    }

    public static void Write(Utf8JsonWriter writer, LimitsConfig limits)
    {
        var defaults = new LimitsConfig();
        if (limits == defaults)
        {
            return;
        }

        writer.WriteStartObject("limits");
        if (limits.Memory != defaults.Memory)
        {
            writer.WriteString("memory", ByteSizeText.Format(limits.Memory));
        }

        if (limits.VisitorsPerInbound is { } visitors)
        {
            writer.WriteNumber("visitorsPerInbound", visitors);
        }

        WriteNumber(writer, "visitorsPerAddress", limits.VisitorsPerAddress, defaults.VisitorsPerAddress);
        WriteNumber(writer, "handshakes", limits.Handshakes, defaults.Handshakes);
        WriteNumber(writer, "streamsPerSession", limits.StreamsPerSession, defaults.StreamsPerSession);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int value, int usual)
    {
        if (value != usual)
        {
            writer.WriteNumber(name, value);
        }
    }

    private static long? ReadMemory(ObjectReader limits)
    {
        if (limits.Find("memory") is not { } node)
        {
            return null;
        }

        if (node.Kind is ConfigNodeKind.String or ConfigNodeKind.Number
            && ByteSizeText.TryParse(node.Text, out var bytes) && bytes >= LimitsConfig.LeastMemory)
        {
            return bytes;
        }

        limits.Problems.Error(
            node, $"found {node.Found}, expected a size of at least {ByteSizeText.Format(LimitsConfig.LeastMemory)}, such as \"256MiB\", \"1GiB\", or a number of bytes");
        return null;
    }
}
