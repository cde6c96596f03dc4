using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>streamSettings</c>; their blocks have readers of their own.</summary>
internal static class StreamSettingsReader
{
    /// <summary>The protocols that can do more than plain sockets.</summary>
    private const string Layered = "'tunnel', 'vmess', 'socks' and 'http'";

    private static readonly string[] OfV2Ray = ["kcp", "mkcp", "h2", "http", "ds", "domainsocket", "quic", "grpc", "gun", "httpupgrade"];

    /// <summary>The transport, whatever is wrong with it.</summary>
    /// <param name="stream">The object; null when it is absent.</param>
    /// <param name="profile">What the protocol can do with it.</param>
    /// <param name="listens">Whether it is an inbound's.</param>
    /// <param name="defaults">What a block that is absent is replaced with.</param>
    public static StreamConfig Read(ObjectReader? stream, TransportProfile profile, bool listens, TransportBlocks defaults)
    {
        StreamSecurity? defaultSecurity = profile == TransportProfile.Interconnect ? StreamSecurity.Tls : null;
        if (stream is null)
        {
            return new StreamConfig { Security = defaultSecurity, ProxyProtocol = listens && defaults.TcpAcceptsProxyProtocol ? new ProxyProtocolConfig() : null };
        }

        var network = ReadNetwork(stream, profile);
        var security = ReadSecurity(stream) ?? defaultSecurity;
        if (security == StreamSecurity.Tls && profile == TransportProfile.Sockets)
        {
            // To go on without it would send in the clear what the user believes to be encrypted.
            stream.Problems.Error(
                stream.Find("security")!, $"'tls' is supported only for protocols {Layered} yet; remove it, or encrypt behind it");
        }

        var tls = stream.Object("tlsSettings");
        if (tls is not null && security != StreamSecurity.Tls)
        {
            stream.Problems.Warning(tls.Node, "has no effect without \"security\": \"tls\"; add that, or remove this");
        }

        stream.Ignore("kcpSettings", "httpSettings", "dsSettings", "quicSettings", "grpcSettings");
        var webSocket = network == TransportNetwork.WebSocket ? stream.Object("wsSettings") : null;
        var result = new StreamConfig
        {
            Network = network,
            Security = security,
            Tls = tls is null ? new TlsConfig() : TlsSettingsReader.Read(tls, profile, listens),
            WebSocket = ReadWebSocket(stream, webSocket, network, defaults),
            AllowPlaintext = stream.Flag("allowPlaintext"),
            ProxyProtocol = ProxyProtocolField.Read(stream, webSocket, network, listens, defaults),
        };
        if (listens && profile == TransportProfile.General && security == StreamSecurity.Tls && result.Tls.Certificates.IsEmpty)
        {
            stream.Problems.Error(
                tls?.Node ?? stream.Find("security")!,
                "a listener with TLS shows a certificate, and clients of this protocol check it, so none can be made up here; "
                + "give one in tlsSettings, \"certificates\": [ { \"certificateFile\": \"….crt\", \"keyFile\": \"….key\" } ]");
        }

        stream.End();
        return result;
    }

    private static TransportNetwork ReadNetwork(ObjectReader stream, TransportProfile profile)
    {
        var network = stream.Word("network");
        if (network is null or "tcp")
        {
            return TransportNetwork.Tcp;
        }

        var node = stream.Find("network")!;
        if (network is not ("ws" or "websocket"))
        {
            var supported = profile == TransportProfile.Sockets ? "'tcp'" : "'tcp' or 'ws'";
            stream.Problems.Error(
                node, OfV2Ray.Contains(network) ? $"network '{network}' is not supported yet; use {supported}" : $"found {node.Found}, expected {supported}");
            return TransportNetwork.Tcp;
        }

        if (profile == TransportProfile.Sockets)
        {
            stream.Problems.Error(node, $"network '{network}' is supported only for protocols {Layered} yet; use 'tcp'");
            return TransportNetwork.Tcp;
        }

        return TransportNetwork.WebSocket;
    }

    private static WebSocketConfig ReadWebSocket(ObjectReader stream, ObjectReader? webSocket, TransportNetwork network, TransportBlocks defaults)
    {
        if (network != TransportNetwork.WebSocket)
        {
            stream.Ignore("wsSettings");
            return new WebSocketConfig();
        }

        return webSocket is not null ? WebSocketSettingsReader.Read(webSocket) : defaults.WebSocket ?? new WebSocketConfig();
    }

    private static StreamSecurity? ReadSecurity(ObjectReader stream)
    {
        var word = stream.Word("security");
        switch (word)
        {
            case null:
                return null;
            case "tls":
                return StreamSecurity.Tls;
            case "none":
                return StreamSecurity.None;
            default:
                // V2Ray takes every other word for none; a typing error must not turn encryption off.
                var node = stream.Find("security")!;
                stream.Problems.Error(node, $"found {node.Found}, expected 'tls' or 'none'");
                return null;
        }
    }
}
