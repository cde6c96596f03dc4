using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>streamSettings</c> except for its <c>tlsSettings</c>.</summary>
internal static class StreamSettingsReader
{
    private static readonly string[] OfV2Ray =
        ["kcp", "mkcp", "ws", "websocket", "h2", "http", "ds", "domainsocket", "quic", "grpc", "gun", "httpupgrade"];

    /// <summary>The transport, whatever is wrong with it.</summary>
    /// <param name="stream">The object; null when it is absent.</param>
    /// <param name="defaultSecurity">What an absent <c>security</c> means for the protocol.</param>
    /// <param name="takesTls">Whether the protocol can run over TLS.</param>
    public static StreamConfig Read(ObjectReader? stream, StreamSecurity? defaultSecurity, bool takesTls)
    {
        if (stream is null)
        {
            return new StreamConfig { Security = defaultSecurity };
        }

        CheckNetwork(stream);
        var security = ReadSecurity(stream) ?? defaultSecurity;
        if (security == StreamSecurity.Tls && !takesTls)
        {
            // To go on without it would send in the clear what the user believes to be encrypted.
            stream.Problems.Error(stream.Find("security")!, "'tls' is supported only for protocol 'tunnel' yet; remove it, or encrypt behind it");
        }

        var tls = stream.Object("tlsSettings");
        if (tls is not null && security != StreamSecurity.Tls)
        {
            stream.Problems.Warning(tls.Node, "has no effect without \"security\": \"tls\"; add that, or remove this");
        }

        ReadTcp(stream.Object("tcpSettings"));
        stream.Ignore("wsSettings", "kcpSettings", "httpSettings", "dsSettings", "quicSettings", "grpcSettings", "sockopt");
        var result = new StreamConfig
        {
            Security = security,
            Tls = tls is null ? new TlsConfig() : TlsSettingsReader.Read(tls),
            AllowPlaintext = stream.Flag("allowPlaintext"),
        };
        stream.End();
        return result;
    }

    private static void CheckNetwork(ObjectReader stream)
    {
        var network = stream.Word("network");
        if (network is null or "tcp")
        {
            return;
        }

        var reason = OfV2Ray.Contains(network)
            ? $"network '{network}' is not supported yet; use 'tcp'"
            : $"found {stream.Find("network")!.Found}, expected 'tcp'";
        stream.Problems.Error(stream.Find("network")!, reason);
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

    /// <summary>What would change the bytes on the wire cannot be ignored.</summary>
    private static void ReadTcp(ObjectReader? tcp)
    {
        if (tcp is null)
        {
            return;
        }

        if (tcp.Flag("acceptProxyProtocol"))
        {
            tcp.Problems.Error(tcp.Find("acceptProxyProtocol")!, "the PROXY protocol is not supported yet; remove this, and the sender's setting too");
        }

        if (tcp.Object("header") is { } header)
        {
            if (header.Word("type") is { } type && type != "none")
            {
                header.Problems.Error(header.Find("type")!, $"header type '{Describe.Shorten(type)}' is not supported yet; use 'none'");
            }

            header.Ignore("request", "response");
            header.End();
        }

        tcp.End();
    }
}
