using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads an inbound's <c>sniffing</c>, and <c>domainOverride</c>, V2Ray's older name for it.</summary>
internal static class SniffingReader
{
    public static SniffingConfig Read(ObjectReader inbound)
    {
        var old = ReadWords(inbound, "domainOverride");
        if (inbound.Object("sniffing") is not { } sniffing)
        {
            return new SniffingConfig { Enabled = !old.IsEmpty, DestOverride = old };
        }

        var config = new SniffingConfig
        {
            Enabled = sniffing.Flag("enabled"),
            DestOverride = ReadWords(sniffing, "destOverride"),
            RouteOnly = sniffing.Flag("routeOnly"),
        };
        if (sniffing.Flag("metadataOnly"))
        {
            sniffing.Ignore("metadataOnly");
        }

        sniffing.Ignore("domainsExcluded");
        sniffing.End();
        return config;
    }

    private static ImmutableArray<string> ReadWords(ObjectReader reader, string field)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (var item in reader.Strings(field))
        {
            var word = item.Text.Trim().ToLowerInvariant();
            if (SniffingConfig.Words.All(known => known.Word != word))
            {
                reader.Problems.Error(
                    item.Node,
                    $"found '{Describe.Shorten(item.Text)}', expected one of: {Describe.List(SniffingConfig.Words.Select(static known => known.Word))}");
            }
            else if (!words.Contains(word))
            {
                words.Add(word);
            }
        }

        return words.ToImmutable();
    }
}
