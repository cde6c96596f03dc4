using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>routing</c> object.</summary>
internal static class RoutingReader
{
    /// <summary>Ignoring a condition would let its rule match more than meant.</summary>
    private static readonly string[] UnsupportedConditions = ["sourcePort", "user", "protocol", "attrs"];

    public static void Read(ObjectReader? routing, ConfigDraft draft)
    {
        if (routing is null)
        {
            return;
        }

        ReadStrategy(routing);
        ReadRules(routing, draft);

        // V2Ray's old wrapper; its rules follow the others.
        if (routing.Object("settings") is { } settings)
        {
            ReadStrategy(settings);
            ReadRules(settings, draft);
            settings.End();
        }

        foreach (var balancer in routing.Objects("balancers"))
        {
            ReadBalancer(balancer, draft);
        }

        // An old field with one possible value.
        _ = routing.Find("strategy");
        routing.Ignore("domainMatcher");
        routing.End();
    }

    private static void ReadStrategy(ObjectReader routing)
    {
        if (routing.Word("domainStrategy") is { } strategy && strategy is not ("asis" or "alwaysip"))
        {
            routing.Ignore("domainStrategy");
        }
    }

    private static void ReadRules(ObjectReader routing, ConfigDraft draft)
    {
        foreach (var rule in routing.Objects("rules"))
        {
            if (rule.Node.Kind == ConfigNodeKind.Object)
            {
                draft.Rules.Add(ReadRule(rule, draft));
            }
        }
    }

    private static RuleConfig ReadRule(ObjectReader rule, ConfigDraft draft)
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

        var unsupported = false;
        foreach (var name in UnsupportedConditions)
        {
            if (rule.Find(name) is { } node)
            {
                unsupported = true;
                problems.Error(node, $"'{name}' is not supported yet, and without it the rule would match more than it says; remove the field or the rule");
            }
        }

        rule.Ignore("domainMatcher");
        var inboundTags = rule.Strings("inboundTag");
        var hasCondition = unsupported || HasItems(rule, "domain", "domains", "ip", "port", "network", "source", "inboundTag");
        var result = new RuleConfig
        {
            Domains = [.. ReadDomains(rule, "domain"), .. ReadDomains(rule, "domains")],
            Ips = ReadBlocks(rule, "ip"),
            Ports = PortField.Read(rule, "port"),
            Networks = ReadNetworks(rule),
            Sources = ReadBlocks(rule, "source"),
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

    private static ImmutableArray<DomainPattern> ReadDomains(ObjectReader rule, string name)
    {
        var patterns = ImmutableArray.CreateBuilder<DomainPattern>();
        foreach (var (text, node) in rule.Strings(name))
        {
            if (DomainPattern.TryParse(text, out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                rule.Problems.Error(node, error);
            }
        }

        return patterns.ToImmutable();
    }

    private static ImmutableArray<CidrBlock> ReadBlocks(ObjectReader rule, string name)
    {
        var blocks = ImmutableArray.CreateBuilder<CidrBlock>();
        foreach (var (text, node) in rule.Strings(name))
        {
            if (CidrBlock.TryParse(text, out var block))
            {
                blocks.Add(block);
            }
            else if (text.StartsWith("geoip:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("ext:", StringComparison.OrdinalIgnoreCase))
            {
                var prefix = text[..(text.IndexOf(':', StringComparison.Ordinal) + 1)];
                rule.Problems.Error(node, $"'{prefix}' lists are not supported yet; write the blocks themselves, such as '10.0.0.0/8'");
            }
            else
            {
                rule.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected an IP address or a block such as '10.0.0.0/8' or '2001:db8::/32'");
            }
        }

        return blocks.ToImmutable();
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

    private static void ReadBalancer(ObjectReader balancer, ConfigDraft draft)
    {
        var tag = balancer.String("tag") ?? string.Empty;
        if (tag.Length == 0)
        {
            balancer.Missing("tag", "set a name for rules to use with 'balancerTag'");
        }

        var selectors = balancer.Strings("selector");
        if (selectors.Count == 0)
        {
            balancer.Missing("selector", "list how the tags of its outbounds begin, such as [\"out\"]");
        }

        balancer.Ignore("strategy");
        balancer.End();
        var result = new BalancerConfig { Tag = tag, Selectors = [.. selectors.Select(static item => item.Text)] };
        draft.Balancers.Add(result);
        draft.BalancerTags.Add(new TextItem(tag, balancer.Find("tag") ?? balancer.Node));
        if (selectors.Count > 0)
        {
            draft.BalancerNodes.Add((result, balancer.Find("selector")!));
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
