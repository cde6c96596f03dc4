using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>
/// Reads <c>acceptProxyProtocol</c>, which V2Ray has in <c>sockopt</c> and in the settings of a network, and
/// <c>trustedProxies</c> beside the former.
/// </summary>
internal static class ProxyProtocolField
{
    public const string Name = "acceptProxyProtocol";
    private const string Trusted = "trustedProxies";

    /// <summary>What an inbound expects; null where it expects nothing.</summary>
    /// <param name="stream">The <c>streamSettings</c>.</param>
    /// <param name="webSocket">Their <c>wsSettings</c>, where the network is that and they are there.</param>
    /// <param name="network">The network, whose settings count.</param>
    /// <param name="listens">Whether they are an inbound's.</param>
    /// <param name="defaults">Stands for the network's settings where they are absent.</param>
    public static ProxyProtocolConfig? Read(
        ObjectReader stream, ObjectReader? webSocket, TransportNetwork network, bool listens, TransportBlocks defaults)
    {
        var tcp = stream.Object("tcpSettings");
        var byTcp = TcpSettingsReader.Read(tcp);
        var byNetwork = network == TransportNetwork.WebSocket
            ? webSocket?.Flag(Name) ?? defaults.WebSocketAcceptsProxyProtocol
            : tcp is null ? defaults.TcpAcceptsProxyProtocol : byTcp;
        if (byTcp && network != TransportNetwork.Tcp)
        {
            tcp!.Problems.Ignored(tcp.Find(Name)!);
        }

        var socket = stream.Object("sockopt");
        var accepts = (socket?.Flag(Name) ?? false) || byNetwork;
        var trusted = socket is null ? [] : ReadTrusted(socket, accepts);
        socket?.Ignore(
            "mark", "tcpFastOpen", "tcpFastOpenQueueLength", "tproxy", "bindToDevice", "interface", "tcpKeepAliveInterval", "tcpKeepAliveIdle", "tcpCongestion");
        socket?.End();
        if (accepts && !listens)
        {
            // The defaults are for inbounds and outbounds alike, and nobody means these by them.
            ObjectReader?[] own = [socket, tcp, webSocket];
            if (own.Select(static settings => settings?.Find(Name)).FirstOrDefault(static found => found?.Kind == ConfigNodeKind.True) is { } node)
            {
                stream.Problems.Warning(
                    node, "has no effect in an outbound: a listener reads PROXY protocol headers; to send them, set \"proxyProtocol\" in the settings of 'freedom'");
            }

            return null;
        }

        return accepts ? new ProxyProtocolConfig { TrustedProxies = trusted } : null;
    }

    private static ImmutableArray<CidrBlock> ReadTrusted(ObjectReader socket, bool accepts)
    {
        if (socket.Find(Trusted) is not { } node)
        {
            return [];
        }

        var blocks = ImmutableArray.CreateBuilder<CidrBlock>();
        var items = socket.Strings(Trusted);
        foreach (var (text, item) in items)
        {
            if (!CidrBlock.TryParse(text, out var block))
            {
                socket.Problems.Error(item, $"found '{Describe.Shorten(text)}', expected the address of a proxy, or a block of them, such as \"10.0.0.0/8\"");
                continue;
            }

            if (block.PrefixLength == 0)
            {
                socket.Problems.Warning(item, $"{block} is everybody: whoever reaches this port can claim any address; name the proxies");
            }

            blocks.Add(block);
        }

        if (items.Count == 0 && node.Kind is ConfigNodeKind.Array or ConfigNodeKind.String)
        {
            socket.Problems.Error(node, $"'{Trusted}' is empty, so nobody could connect; name the proxies, or remove it to trust those on this machine");
        }
        else if (!accepts)
        {
            socket.Problems.Warning(node, $"has no effect without \"{Name}\": true; add that, or remove this");
        }

        return blocks.ToImmutable();
    }
}
