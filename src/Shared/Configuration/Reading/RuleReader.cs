using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Routing.Attributes;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads one item of <c>routing.rules</c>.</summary>
internal static class RuleReader
{
    /// <summary>What inbounds and sniffing may call a connection's protocol; a rule names how it begins.</summary>
    private static readonly string[] KnownProtocols = ["http1", "http/1.1", "tls", "quic", "bittorrent"];

    public static RuleConfig Read(ObjectReader rule, ConfigDraft draft)
    {
        var problems = rule.Problems;
        if (rule.Find("type") is null)
        {
            rule.Missing("type", "write \"type\": \"field\"");
        }
        else if (rule.String("type") is { } type && !string.Equals(type, "field", StringComparison.OrdinalIgnoreCase))
        {
            problems.Error(rule.Find("type")!, $"found {rule.Find("type")!.Found}, expected 'field', the only type of rule");
        }

        rule.Ignore("domainMatcher");
        var inboundTags = rule.Strings("inboundTag");
        var hasCondition = HasItems(
            rule, "domain", "domains", "ip", "port", "network", "source", "sourcePort", "user", "inboundTag", "protocol", "attrs");
        var (ips, ipLists) = ReadBlocks(rule, "ip", draft);
        var (sources, sourceLists) = ReadBlocks(rule, "source", draft);
        var (domains, domainLists) = ReadDomains(rule, draft);
        var result = new RuleConfig
        {
            Domains = domains,
            DomainLists = domainLists,
            Ips = ips,
            IpLists = ipLists,
            Ports = PortField.Read(rule, "port"),
            Networks = ReadNetworks(rule),
            Sources = sources,
            SourceLists = sourceLists,
            SourcePorts = PortField.Read(rule, "sourcePort"),
            Users = ReadNames(rule, "user"),
            Protocols = ReadProtocols(rule),
            Attributes = ReadAttributes(rule),
            InboundTags = [.. inboundTags.Select(static item => item.Text)],
            OutboundTag = NullIfEmpty(rule.String("outboundTag")),
            BalancerTag = NullIfEmpty(rule.String("balancerTag")),
        };
        if (!hasCondition)
        {
            problems.Error(rule.Node, "no effective fields: the rule has no condition; add one such as \"inboundTag\", or remove the rule (the first outbound takes what no rule matches)");
        }

        draft.InboundTagUses.AddRange(inboundTags);
        ReadTarget(rule, result, draft);
        rule.End();
        return result;
    }

    private static void ReadTarget(ObjectReader rule, RuleConfig result, ConfigDraft draft)
    {
        if (result.OutboundTag is not null)
        {
            draft.OutboundTagUses.Add(new TextItem(result.OutboundTag, rule.Find("outboundTag")!));
            if (result.BalancerTag is not null)
            {
                rule.Problems.Warning(rule.Find("balancerTag")!, "has no effect beside 'outboundTag'; remove one of the two");
            }
        }
        else if (result.BalancerTag is not null)
        {
            draft.BalancerTagUses.Add(new TextItem(result.BalancerTag, rule.Find("balancerTag")!));
        }
        else
        {
            rule.Missing("outboundTag", "name the outbound or portal that takes what matches, or a balancer with 'balancerTag'");
        }
    }

    /// <summary>Whether any field says something, be it wrong: an error inside a condition must not be called its absence.</summary>
    private static bool HasItems(ObjectReader rule, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (rule.Find(name) is { } node
                && node is not ({ Kind: ConfigNodeKind.Array, Items.Count: 0 } or { Kind: ConfigNodeKind.String, Text.Length: 0 }))
            {
                return true;
            }
        }

        return false;
    }

    private static (ImmutableArray<DomainPattern> Patterns, ImmutableArray<DomainList> Lists) ReadDomains(ObjectReader rule, ConfigDraft draft)
    {
        var patterns = ImmutableArray.CreateBuilder<DomainPattern>();
        var lists = ImmutableArray.CreateBuilder<DomainList>();
        foreach (var item in rule.Strings("domain").Concat(rule.Strings("domains")))
        {
            if (ListFile.IsNamed(item, rule.Problems, out var path))
            {
                if (path is not null && draft.Lists.Domains(path, item, rule.Problems) is { } list)
                {
                    lists.Add(list);
                }
            }
            else if (item.Text.StartsWith("geosite:", StringComparison.OrdinalIgnoreCase))
            {
                rule.Problems.Error(item.Node, "V2Ray's 'geosite:' lists are not part of this program; write the names to a text file, one on a line, and name it with 'ext:FILE'");
            }
            else if (DomainPattern.TryParse(item.Text, out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                rule.Problems.Error(item.Node, error);
            }
        }

        return (patterns.ToImmutable(), lists.ToImmutable());
    }

    private static (ImmutableArray<CidrBlock> Blocks, ImmutableArray<AddressList> Lists) ReadBlocks(ObjectReader rule, string name, ConfigDraft draft)
    {
        var blocks = ImmutableArray.CreateBuilder<CidrBlock>();
        var lists = ImmutableArray.CreateBuilder<AddressList>();
        foreach (var item in rule.Strings(name))
        {
            if (CidrBlock.TryParse(item.Text, out var block))
            {
                blocks.Add(block);
            }
            else if (string.Equals(item.Text.Trim(), AddressList.Private.Name, StringComparison.OrdinalIgnoreCase))
            {
                lists.Add(AddressList.Private);
            }
            else if (item.Text.StartsWith("geoip:", StringComparison.OrdinalIgnoreCase))
            {
                rule.Problems.Error(
                    item.Node,
                    $"of V2Ray's 'geoip:' lists only '{AddressList.Private.Name}' is part of this program; write the blocks to a text file, one on a line, and name it with 'ext:FILE'");
            }
            else if (!ListFile.IsNamed(item, rule.Problems, out var path))
            {
                rule.Problems.Error(item.Node, $"found '{Describe.Shorten(item.Text)}', expected an IP address or a block such as '10.0.0.0/8' or '2001:db8::/32'");
            }
            else if (path is not null && draft.Lists.Addresses(path, item, rule.Problems) is { } list)
            {
                lists.Add(list);
            }
        }

        return (blocks.ToImmutable(), lists.ToImmutable());
    }

    private static ImmutableArray<string> ReadNames(ObjectReader rule, string name)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node) in rule.Strings(name))
        {
            if (text.Trim().Length == 0)
            {
                rule.Problems.Error(node, $"'{name}' contains an empty name; remove it");
            }
            else
            {
                names.Add(text.Trim());
            }
        }

        return names.ToImmutable();
    }

    private static ImmutableArray<string> ReadProtocols(ObjectReader rule)
    {
        var protocols = ReadNames(rule, "protocol");
        foreach (var protocol in protocols.Where(static item => !KnownProtocols.Any(known => known.StartsWith(item, StringComparison.OrdinalIgnoreCase))))
        {
            rule.Problems.Warning(
                rule.Find("protocol")!, $"nothing here recognises '{Describe.Shorten(protocol)}', so this never matches; there are: {Describe.List(KnownProtocols)}");
        }

        return protocols;
    }

    private static string? ReadAttributes(ObjectReader rule)
    {
        if (NullIfEmpty(rule.String("attrs")) is not { } text)
        {
            return null;
        }

        if (!AttributeExpression.TryParse(text, out _, out var error))
        {
            rule.Problems.Error(rule.Find("attrs")!, error);
        }

        return text;
    }

    private static ImmutableArray<Network> ReadNetworks(ObjectReader rule)
    {
        var networks = ImmutableArray.CreateBuilder<Network>();
        foreach (var (text, node) in rule.Strings("network"))
        {
            switch (text.Trim().ToLowerInvariant())
            {
                case "tcp":
                    networks.Add(Network.Tcp);
                    break;
                case "udp":
                    networks.Add(Network.Udp);
                    break;
                default:
                    rule.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected 'tcp', 'udp' or 'tcp,udp'");
                    break;
            }
        }

        return networks.ToImmutable();
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
