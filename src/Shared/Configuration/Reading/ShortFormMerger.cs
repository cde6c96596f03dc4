using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Expands the short forms of a draft into it, and complains where what they make is in the way of what is there.</summary>
internal static class ShortFormMerger
{
    public static void Merge(ConfigDraft draft, ProblemList problems)
    {
        if (draft.ShortPortals.Count == 0 && draft.ShortBridges.Count == 0)
        {
            return;
        }

        ChooseTags(draft);
        CheckDomains(draft, problems);
        var expansion = ShortFormExpander.Expand(draft.ShortPortals, draft.ShortBridges);
        var inboundTags = draft.InboundTags.Concat(draft.BridgeTags).Select(static item => item.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var (inbound, node) in expansion.Inbounds)
        {
            CheckFree(inbound.Tag, inboundTags, node!, "inbound", problems);
            draft.Inbounds.Add(inbound);
            draft.InboundTags.Add(new TextItem(inbound.Tag, node!));
            draft.Listeners.Add((inbound, node!));
        }

        var outboundTags = draft.OutboundTags.Concat(draft.PortalTags).Select(static item => item.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var (outbound, node) in expansion.Outbounds)
        {
            if (CheckFree(outbound.Tag, outboundTags, node!, "outbound", problems))
            {
                draft.OutboundTags.Add(new TextItem(outbound.Tag, node!));
            }

            draft.Outbounds.Add(outbound);
        }

        foreach (var bridge in draft.ShortBridges)
        {
            if (bridge.Via is { } via)
            {
                draft.ProxyTagUses.Add((ShortFormExpander.InterconnectTag(bridge.Tag), via));
            }
        }

        draft.Bridges.AddRange(expansion.Bridges);
        draft.Portals.AddRange(expansion.Portals);
        draft.Rules.InsertRange(0, expansion.InterconnectRules);
        draft.Rules.AddRange(expansion.TrafficRules);
    }

    private static void ChooseTags(ConfigDraft draft)
    {
        var used = draft.InboundTags.Concat(draft.OutboundTags).Concat(draft.BridgeTags).Concat(draft.PortalTags)
            .Select(static item => item.Text)
            .ToHashSet(StringComparer.Ordinal);
        for (var index = 0; index < draft.ShortPortals.Count; index++)
        {
            var portal = draft.ShortPortals[index];
            if (portal.Tag.Length == 0)
            {
                portal = portal with { Tag = ShortFormExpander.DefaultTag("portal", used) };
                draft.ShortPortals[index] = portal;
                draft.PortalTags.Add(new TextItem(portal.Tag, portal.Node!));
            }
        }

        for (var index = 0; index < draft.ShortBridges.Count; index++)
        {
            var bridge = draft.ShortBridges[index];
            if (bridge.Tag.Length == 0)
            {
                bridge = bridge with { Tag = ShortFormExpander.DefaultTag("bridge", used) };
                draft.ShortBridges[index] = bridge;
                draft.BridgeTags.Add(new TextItem(bridge.Tag, bridge.Node!));
            }
        }
    }

    /// <summary>The second portal of one domain behind one listener would never see a bridge.</summary>
    private static void CheckDomains(ConfigDraft draft, ProblemList problems)
    {
        var seen = new Dictionary<(ListenEndpoint Listen, string Domain), ShortPortal>();
        foreach (var portal in draft.ShortPortals)
        {
            if (!seen.TryAdd((portal.Listen, portal.Domain), portal) && (portal.Listen.Port != 0 || portal.Listen.Address.UnixPath is not null))
            {
                problems.Error(
                    portal.Node!,
                    $"another portal has domain '{portal.Domain}' on {portal.Listen} already; give this one another domain, or add its 'public' to that one");
            }
        }
    }

    private static bool CheckFree(string tag, HashSet<string> used, ConfigNode node, string kind, ProblemList problems)
    {
        if (used.Add(tag))
        {
            return true;
        }

        problems.Error(node, $"the short form makes an {kind} '{tag}', and there is another with this tag; rename that one, or set another 'tag' here");
        return false;
    }
}
