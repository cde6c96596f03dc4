using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Inbounds.Tunnel;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Checks what can only be seen when everything has been read: that names which refer to each other meet.</summary>
internal static class TagCheck
{
    private const int MaxNamed = 20;

    public static void Check(ConfigDraft draft, ProblemList problems)
    {
        CheckUnique(draft.OutboundTags.Concat(draft.PortalTags), "outbound or portal", problems);
        CheckUnique(draft.BridgeTags, "bridge", problems);
        CheckUnique(draft.BalancerTags, "balancer", problems);

        // Inbounds may share a tag, as in V2Ray.
        var inbounds = Known(draft.InboundTags.Concat(draft.BridgeTags));
        var outbounds = Known(draft.OutboundTags.Concat(draft.PortalTags));
        foreach (var (tag, node) in draft.InboundTagUses)
        {
            if (!inbounds.Contains(tag) && !IsUnfinished(draft, tag))
            {
                problems.Warning(node, $"no inbound or bridge has the tag '{Describe.Shorten(tag)}', so this never matches{Hint(tag, inbounds, problems.IsFull(ConfigSeverity.Warning))}");
            }
        }

        foreach (var (tag, node) in draft.OutboundTagUses)
        {
            if (!outbounds.Contains(tag) && !IsUnfinished(draft, tag))
            {
                problems.Error(node, $"no outbound or portal has the tag '{Describe.Shorten(tag)}'{Hint(tag, outbounds, problems.IsFull(ConfigSeverity.Error))}");
            }
        }

        ProxyTagCheck.Check(draft, outbounds, problems);
        var balancers = Known(draft.BalancerTags);
        foreach (var (tag, node) in draft.BalancerTagUses)
        {
            if (!balancers.Contains(tag))
            {
                problems.Error(node, $"no balancer has the tag '{Describe.Shorten(tag)}'{Hint(tag, balancers, problems.IsFull(ConfigSeverity.Error))}");
            }
        }

        foreach (var (balancer, node) in draft.BalancerNodes)
        {
            CheckSelectors(balancer.Selectors, outbounds, node, problems);
            if (balancer.Strategy == BalancerStrategy.LeastPing && draft.Observatory is null)
            {
                problems.Warning(
                    node, "the strategy 'leastPing' knows no delays without an 'observatory' and picks at random; add one, or choose another strategy");
            }
        }

        if (draft is { Observatory: { } observatory, ObservatoryNode: { } subjects })
        {
            CheckSelectors(observatory.Selectors, outbounds, subjects, problems);
        }

        CheckListeners(draft, problems);
        CheckClientDomains(draft, problems);
    }

    private static void CheckSelectors(ImmutableArray<string> selectors, HashSet<string> outbounds, ConfigNode node, ProblemList problems)
    {
        if (!outbounds.Any(tag => BalancerConfig.IsSelected(tag, selectors)))
        {
            var quoted = Describe.Shorten(Describe.List(selectors.Select(static selector => $"'{selector}'")));
            problems.Error(node, $"no outbound's tag starts with {quoted}{Have(outbounds)}");
        }
    }

    private static void CheckUnique(IEnumerable<TextItem> tags, string kind, ProblemList problems)
    {
        var first = new Dictionary<string, TextItem>(StringComparer.Ordinal);
        foreach (var tag in tags.Where(static tag => tag.Text.Length > 0).OrderBy(static tag => tag.Node.Offset))
        {
            if (!first.TryAdd(tag.Text, tag))
            {
                problems.Error(tag.Node, $"another {kind} has the tag '{Describe.Shorten(tag.Text)}' ({first[tag.Text].Node.Path}); rename one of them");
            }
        }
    }

    /// <summary>Two listeners on one address: the second could not start.</summary>
    private static void CheckListeners(ConfigDraft draft, ProblemList problems)
    {
        var seen = new Dictionary<(string Address, Network Network), List<(PortRange Ports, ConfigNode Node)>>();
        foreach (var (inbound, node, network) in draft.Listeners.SelectMany(static item => NetworksOf(item.Inbound).Select(network => (item.Inbound, item.Node, network))))
        {
            var address = inbound.Listen.ToString();
            if (!seen.TryGetValue((address, network), out var others))
            {
                seen.Add((address, network), others = []);
            }

            IEnumerable<PortRange> ranges = inbound.Listen.UnixPath is null ? inbound.Ports.Where(static range => range.Last > 0) : [default];
            foreach (var range in ranges)
            {
                var (clash, other) = others.Find(used => used.Ports.First <= range.Last && range.First <= used.Ports.Last);
                if (other is not null)
                {
                    var where = (network == Network.Udp ? "udp:" : string.Empty) + (inbound.Listen.UnixPath ?? HostText.Join(address, Math.Max(clash.First, range.First)));
                    var who = other == node ? "twice" : $"and so does {other.Path}";
                    problems.Error(node, $"listens on {Describe.Shorten(where)}, {who}; change one of them");
                    break;
                }

                others.Add((range, node));
            }
        }
    }

    private static ImmutableArray<Network> NetworksOf(InboundConfig inbound) =>
        inbound.Settings is DokodemoDoorSettings { Networks: var networks } ? networks : [Network.Tcp];

    private static void CheckClientDomains(ConfigDraft draft, ProblemList problems)
    {
        var served = draft.Portals.Select(static portal => portal.Domain).ToHashSet(StringComparer.Ordinal);
        if (served.Count == 0 || draft.UnfinishedTags.Count > 0)
        {
            return;
        }

        foreach (var (inbound, node) in draft.Listeners)
        {
            if (inbound.Settings is TunnelInboundSettings settings)
            {
                foreach (var domain in settings.Clients.SelectMany(static client => client.Domains).Where(domain => !served.Contains(domain)))
                {
                    problems.Warning(node, $"a client may claim the domain '{Describe.Shorten(domain)}', which no portal here has{Hint(domain, served, problems.IsFull(ConfigSeverity.Warning))}");
                }
            }
        }
    }

    private static bool IsUnfinished(ConfigDraft draft, string tag) =>
        draft.UnfinishedTags.Exists(prefix => tag.StartsWith(prefix, StringComparison.Ordinal));

    private static HashSet<string> Known(IEnumerable<TextItem> tags) =>
        tags.Select(static tag => tag.Text).Where(static text => text.Length > 0).ToHashSet(StringComparer.Ordinal);

    private static string Hint(string name, HashSet<string> known, bool unseen)
    {
        if (unseen)
        {
            return string.Empty;
        }

        var hint = NearestName.Hint(name, known);
        return hint.Length > 0 ? hint : Have(known);
    }

    private static string Have(HashSet<string> known) => known.Count == 0
        ? "; there are none"
        : $"; there are: {Describe.List(known.Take(MaxNamed).Select(static name => Describe.Shorten(name)))}";
}
