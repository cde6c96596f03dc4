using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>reverse</c> object: bridges and portals in the long form and in the short one.</summary>
internal static class ReverseReader
{
    public static void Read(ObjectReader? reverse, ConfigDraft draft)
    {
        if (reverse is null)
        {
            return;
        }

        foreach (var bridge in reverse.Objects("bridges"))
        {
            if (bridge.Node.Kind == ConfigNodeKind.Object)
            {
                ReadBridge(bridge, draft);
            }
        }

        foreach (var portal in reverse.Objects("portals"))
        {
            if (portal.Node.Kind == ConfigNodeKind.Object)
            {
                ReadPortal(portal, draft);
            }
        }

        reverse.End();
    }

    private static void ReadBridge(ObjectReader bridge, ConfigDraft draft)
    {
        var tag = bridge.String("tag") ?? string.Empty;
        if (IsShort(bridge, "dial", "to", "key", "pin", "ca", "via"))
        {
            if (ShortBridgeReader.Read(bridge, tag) is { } read)
            {
                draft.ShortBridges.Add(read);
            }
            else
            {
                draft.UnfinishedTags.Add(tag.Length > 0 ? tag : "bridge");
            }
        }
        else
        {
            CheckLong(bridge, tag, "'dial' and 'to'");
            draft.Bridges.Add(new ReverseBridgeConfig { Tag = tag, Domain = ReadDomain(bridge, null) ?? string.Empty });
        }

        AddTag(bridge, tag, draft.BridgeTags);
        bridge.End();
    }

    private static void ReadPortal(ObjectReader portal, ConfigDraft draft)
    {
        var tag = portal.String("tag") ?? string.Empty;
        var parking = ParkingField.Read(portal);
        if (IsShort(portal, "listen", "public", "key"))
        {
            if (ShortPortalReader.Read(portal, tag, parking) is { } read)
            {
                draft.ShortPortals.Add(read);
            }
            else
            {
                draft.UnfinishedTags.Add(tag.Length > 0 ? tag : "portal");
            }
        }
        else
        {
            CheckLong(portal, tag, "'listen' and 'public'");
            draft.Portals.Add(new ReversePortalConfig
            {
                Tag = tag,
                Domain = ReadDomain(portal, null) ?? string.Empty,
                ControlDomain = ReadControlDomain(portal),
                Parking = parking,
            });
        }

        AddTag(portal, tag, draft.PortalTags);
        portal.End();
    }

    /// <summary>The virtual domain, which a join string may also carry; null after a complaint.</summary>
    /// <param name="reader">The bridge or portal.</param>
    /// <param name="fromJoin">The domain of its join string; null when there is none.</param>
    public static string? ReadDomain(ObjectReader reader, string? fromJoin)
    {
        var domain = reader.String("domain");
        if (domain is null)
        {
            if (fromJoin is null && reader.Find("domain") is null)
            {
                reader.Missing("domain", "make up a name, such as \"home.example\", the same for bridge and portal; it need not exist in DNS");
            }

            return fromJoin;
        }

        var complaint = VirtualDomain.Check(domain);
        if (complaint is null && fromJoin is not null && fromJoin != domain)
        {
            complaint = $"the join string is for domain '{Describe.Shorten(fromJoin)}', and this says '{Describe.Shorten(domain)}'; write the same";
        }

        if (complaint is null)
        {
            return domain;
        }

        reader.Problems.Error(reader.Find("domain")!, complaint);
        return null;
    }

    private static string ReadControlDomain(ObjectReader portal)
    {
        var domain = portal.String("controlDomain");
        if (string.IsNullOrEmpty(domain))
        {
            return ControlDomains.V2Ray;
        }

        if (VirtualDomain.Check(domain) is not null)
        {
            var node = portal.Find("controlDomain")!;
            portal.Problems.Error(node, $"found {node.Found}, expected the name that the bridges give to their control stream: {Describe.List(ControlDomains.All)}");
        }
        else if (!ControlDomains.All.Contains(domain))
        {
            portal.Problems.Warning(
                portal.Find("controlDomain")!,
                $"no release of V2Ray or Xray calls it '{Describe.Shorten(domain)}'{NearestName.Hint(domain, ControlDomains.All)}; they use {Describe.List(ControlDomains.All)}");
        }

        return domain;
    }

    private static bool IsShort(ObjectReader reader, params ReadOnlySpan<string> names)
    {
        // Every name is asked for, so that all of them are known whichever form it is.
        var any = false;
        foreach (var name in names)
        {
            any |= reader.Find(name) is not null;
        }

        return any;
    }

    private static void CheckLong(ObjectReader reader, string tag, string shortFields)
    {
        if (tag.Length == 0)
        {
            reader.Missing("tag", $"set a name for rules to use, or use the short form with {shortFields}, which needs no rules");
        }
    }

    private static void AddTag(ObjectReader reader, string tag, List<TextItem> tags)
    {
        if (tag.Length > 0)
        {
            tags.Add(new TextItem(tag, reader.Find("tag")!));
        }
    }
}
