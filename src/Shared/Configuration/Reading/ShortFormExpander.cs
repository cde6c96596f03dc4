using System.Collections.Immutable;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Inbounds.Tunnel;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Tunnel;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>
/// Turns the short form into the long one. A portal becomes a <c>tunnel</c> inbound for bridges, a <c>dokodemo-door</c>
/// inbound for each public endpoint, and rules that send both to the portal. A bridge becomes a <c>freedom</c> outbound to
/// the target, a <c>tunnel</c> outbound to the portals, and rules that tell the interconnect from the traffic.
/// </summary>
internal static class ShortFormExpander
{
    /// <summary>What a target that follows the connection's own destination would reach, when the system chooses the public port.</summary>
    private const int DefaultPort = 80;

    private static readonly StreamConfig TlsStream = new() { Security = StreamSecurity.Tls };

    /// <summary>Expands portals and bridges whose tags have been chosen.</summary>
    public static Expansion Expand(IReadOnlyList<ShortPortal> portals, IReadOnlyList<ShortBridge> bridges)
    {
        var expansion = new Expansion();
        foreach (var group in GroupByListener(portals))
        {
            AddPortals(expansion, group);
        }

        foreach (var bridge in bridges)
        {
            AddBridge(expansion, bridge);
        }

        return expansion;
    }

    /// <summary>What the inbound or outbound for the interconnect of a portal or bridge is called.</summary>
    public static string InterconnectTag(string tag) => tag + "-interconn";

    /// <summary><paramref name="name"/>, <c>name2</c>, <c>name3</c>…: the first that is not in <paramref name="used"/>, which then contains it.</summary>
    public static string DefaultTag(string name, HashSet<string> used)
    {
        var tag = name;
        for (var number = 2; !used.Add(tag); number++)
        {
            tag = $"{name}{number}";
        }

        return tag;
    }

    /// <summary>Portals with the same listener share it; a port that the system chooses is never the same.</summary>
    private static List<List<ShortPortal>> GroupByListener(IReadOnlyList<ShortPortal> portals)
    {
        var groups = new List<List<ShortPortal>>();
        var byListener = new Dictionary<ListenEndpoint, List<ShortPortal>>();
        foreach (var portal in portals)
        {
            var shareable = portal.Listen.Port != 0 || portal.Listen.Address.UnixPath is not null;
            if (shareable && byListener.TryGetValue(portal.Listen, out var group))
            {
                group.Add(portal);
                continue;
            }

            group = [portal];
            groups.Add(group);
            if (shareable)
            {
                byListener.Add(portal.Listen, group);
            }
        }

        return groups;
    }

    private static void AddPortals(Expansion expansion, List<ShortPortal> group)
    {
        var interconnectTag = InterconnectTag(group[0].Tag);
        expansion.Inbounds.Add((
            new InboundConfig
            {
                Tag = interconnectTag,
                Protocol = "tunnel",
                Listen = group[0].Listen.Address,
                Ports = PortsOf(group[0].Listen),
                Settings = new TunnelInboundSettings { Clients = ClientsOf(group) },
                Stream = TlsStream,
            },
            group[0].Node));
        foreach (var portal in group)
        {
            expansion.Portals.Add(new ReversePortalConfig { Tag = portal.Tag, Domain = portal.Domain, Parking = portal.Parking });
            expansion.InterconnectRules.Add(new RuleConfig
            {
                InboundTags = [interconnectTag],
                Domains = [new DomainPattern(DomainPatternKind.Full, portal.Domain)],
                OutboundTag = portal.Tag,
            });
            for (var index = 0; index < portal.Publics.Length; index++)
            {
                var external = $"{portal.Tag}-external{(index == 0 ? string.Empty : index + 1)}";
                expansion.Inbounds.Add((External(external, portal.Publics[index]), portal.Node));
                expansion.TrafficRules.Add(new RuleConfig { InboundTags = [external], OutboundTag = portal.Tag });
            }
        }
    }

    private static InboundConfig External(string tag, ListenEndpoint endpoint) => new()
    {
        Tag = tag,
        Protocol = "dokodemo-door",
        Listen = endpoint.Address,
        Ports = PortsOf(endpoint),
        Settings = new DokodemoDoorSettings { Address = "127.0.0.1", Port = endpoint.Port == 0 ? DefaultPort : endpoint.Port, Networks = [endpoint.Network] },
    };

    private static ImmutableArray<PortRange> PortsOf(ListenEndpoint endpoint) =>
        endpoint.Address.UnixPath is null ? [new PortRange(endpoint.Port)] : [];

    /// <summary>One client for each key, with the domains it was given for.</summary>
    private static ImmutableArray<TunnelClient> ClientsOf(List<ShortPortal> group) =>
    [
        .. group
            .GroupBy(static portal => portal.Key.Id, StringComparer.Ordinal)
            .Select(static same => new TunnelClient
            {
                Key = same.First().Key,
                KeyReference = same.First().KeyReference,
                Domains = [.. same.Select(static portal => portal.Domain)],
            }),
    ];

    private static void AddBridge(Expansion expansion, ShortBridge bridge)
    {
        var outTag = bridge.Tag + "-out";
        var interconnectTag = InterconnectTag(bridge.Tag);
        expansion.Bridges.Add(new ReverseBridgeConfig { Tag = bridge.Tag, Domain = bridge.Domain });

        // The first outbound is the default: what no rule matches must rather reach the target than the portal.
        expansion.Outbounds.Add((
            new OutboundConfig
            {
                Tag = outTag,
                Protocol = "freedom",
                Settings = new FreedomSettings { Redirect = bridge.Target, ProxyProtocol = bridge.ProxyProtocol },
            },
            bridge.Node));
        expansion.Outbounds.Add((
            new OutboundConfig
            {
                Tag = interconnectTag,
                Protocol = "tunnel",
                Settings = new TunnelOutboundSettings { Servers = bridge.Servers },
                Stream = TlsStream with { Tls = bridge.Tls },
                ProxyTag = bridge.Via?.Text ?? string.Empty,
            },
            bridge.Node));
        expansion.InterconnectRules.Add(new RuleConfig
        {
            InboundTags = [bridge.Tag],
            Domains = [new DomainPattern(DomainPatternKind.Full, bridge.Domain)],
            OutboundTag = interconnectTag,
        });
        expansion.TrafficRules.Add(new RuleConfig { InboundTags = [bridge.Tag], OutboundTag = outTag });
    }
}
