using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Tunnel;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a bridge in short form: <c>{ domain, tag?, dial, key?, pin?, ca?, via?, to, proxyProtocol? }</c>.</summary>
internal static class ShortBridgeReader
{
    /// <summary>The bridge; null after complaints.</summary>
    public static ShortBridge? Read(ObjectReader bridge, string tag)
    {
        var target = ReadTarget(bridge);
        var proxyProtocol = ProxyProtocolVersionField.Read(bridge);
        var tls = new TlsConfig { Pin = PinField.Read(bridge, "pin"), CaFile = FileField.Read(bridge, "ca") };
        var via = ReadVia(bridge);
        var dials = bridge.OneOrMore("dial");
        if (bridge.Find("dial") is null or { Kind: ConfigNodeKind.Array, Items.Count: 0 })
        {
            bridge.Missing(
                "dial",
                "the short form needs it beside 'to': the portal, \"tunnel://KEY@portal.example.com:7000\" (without both, the long form needs outbounds and rules)");
        }

        string? fromJoin = null;
        var servers = ImmutableArray.CreateBuilder<TunnelServer>();
        foreach (var item in dials)
        {
            if (JoinField.Parse(item, bridge.Problems) is not { } join)
            {
                continue;
            }

            if (fromJoin is not null && join.Domain is not null && join.Domain != fromJoin)
            {
                bridge.Problems.Error(item.Node, $"this portal's domain is '{Describe.Shorten(join.Domain)}', the one before has '{Describe.Shorten(fromJoin)}'; a bridge has one domain, make another bridge");
            }

            fromJoin ??= join.Domain;
            if (ReadServer(bridge, join, item.Node) is { } server)
            {
                servers.Add(server);
            }
        }

        var domain = ReverseReader.ReadDomain(bridge, fromJoin);
        return domain is not null && target is not null && servers.Count > 0
            ? new ShortBridge
            {
                Tag = tag,
                Domain = domain,
                Servers = servers.ToImmutable(),
                Tls = tls,
                Via = via,
                Target = target,
                ProxyProtocol = proxyProtocol,
                Node = bridge.Node,
            }
            : null;
    }

    private static TextItem? ReadVia(ObjectReader bridge)
    {
        var via = bridge.String("via");
        if (via is { Length: 0 })
        {
            // To go on without it would dial directly.
            bridge.Missing("via", "name the outbound that is to carry the bridge's dials, or remove it");
        }

        return string.IsNullOrEmpty(via) ? null : new TextItem(via, bridge.Find("via")!);
    }

    private static TunnelServer? ReadServer(ObjectReader bridge, JoinString join, ConfigNode node)
    {
        if (join.Port == 0)
        {
            bridge.Problems.Error(node, "port 0 cannot be dialled; write the port that the portal listens on for bridges");
            return null;
        }

        return JoinField.ReadKey(bridge, join, node) is { } given
            ? new TunnelServer { Address = join.Host, Port = join.Port, Key = given.Key, KeyReference = given.Reference }
            : null;
    }

    private static RedirectTarget? ReadTarget(ObjectReader bridge)
    {
        var node = bridge.Find("to");
        if (node is null)
        {
            bridge.Missing(
                "to",
                "the short form needs it beside 'dial': the service, such as \"127.0.0.1:80\" (without both, the long form needs outbounds and rules)");
            return null;
        }

        var text = node.Kind == ConfigNodeKind.Number ? node.Text : bridge.String("to");
        if (text is null)
        {
            return null;
        }

        if (ShortForm.TryParseTarget(text, out var target, out var error))
        {
            return target;
        }

        bridge.Problems.Error(node, $"found '{Describe.Shorten(text)}': {error}");
        return null;
    }
}
