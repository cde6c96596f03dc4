using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads ports: a number, or a string such as <c>"80"</c>, <c>"1000-2000"</c>, <c>"53,443"</c> or <c>"env:NAME"</c>.</summary>
internal static class PortField
{
    private const string Expected = "expected a port from 0 to 65535, such as 80, \"80\", \"1000-2000\" or \"53,443\"";

    /// <summary>The field's ports; empty when it is absent or after a complaint.</summary>
    public static ImmutableArray<PortRange> Read(ObjectReader reader, string name)
    {
        if (reader.Find(name) is not { } node)
        {
            return [];
        }

        if (node.Kind is not (ConfigNodeKind.Number or ConfigNodeKind.String))
        {
            reader.Problems.Error(node, $"found {node.Found}, {Expected}");
            return [];
        }

        var ranges = ImmutableArray.CreateBuilder<PortRange>();
        foreach (var item in node.Text.Split(','))
        {
            if (Resolve(item.Trim(), node, reader.Problems) is not { } text)
            {
                return [];
            }

            if (!PortRange.TryParse(text, out var range))
            {
                reader.Problems.Error(node, $"found {node.Found}, {Expected}");
                return [];
            }

            ranges.Add(range);
        }

        return ranges.ToImmutable();
    }

    private static string? Resolve(string item, ConfigNode node, ProblemList problems)
    {
        if (!item.StartsWith("env:", StringComparison.OrdinalIgnoreCase))
        {
            return item;
        }

        var name = item[4..];
        var value = name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') ? null : Environment.GetEnvironmentVariable(name);
        if (value is null)
        {
            problems.Error(node, $"the environment variable '{Describe.Shorten(name)}' is not set; set it to a port, or write the port here");
        }
        else if (!PortRange.TryParse(value, out _))
        {
            problems.Error(node, $"the environment variable '{Describe.Shorten(name)}' does not hold a port such as 80 or a range such as 1000-2000");
            value = null;
        }

        return value;
    }
}
