namespace Tunnel.Shared.Configuration.Reading;

/// <summary>The top-level <c>transport</c> object: what a <c>streamSettings</c> that lacks a block takes in its place.</summary>
internal sealed record TransportBlocks
{
    /// <summary>Nothing is given.</summary>
    public static readonly TransportBlocks None = new();

    /// <summary>The <c>wsSettings</c>; null when they are not given.</summary>
    public WebSocketConfig? WebSocket { get; init; }

    /// <summary>Whether <c>tcpSettings</c> ask for PROXY protocol headers.</summary>
    public bool TcpAcceptsProxyProtocol { get; init; }

    /// <summary>Whether <c>wsSettings</c> do.</summary>
    public bool WebSocketAcceptsProxyProtocol { get; init; }

    public static TransportBlocks Read(ObjectReader? transport)
    {
        if (transport is null)
        {
            return None;
        }

        var webSocket = transport.Object("wsSettings");
        var result = new TransportBlocks
        {
            WebSocket = webSocket is null ? null : WebSocketSettingsReader.Read(webSocket),
            WebSocketAcceptsProxyProtocol = webSocket?.Flag(ProxyProtocolField.Name) ?? false,
            TcpAcceptsProxyProtocol = TcpSettingsReader.Read(transport.Object("tcpSettings")),
        };
        transport.Ignore("kcpSettings", "httpSettings", "dsSettings", "quicSettings", "grpcSettings", "gunSettings", "httpupgradeSettings");
        transport.End();
        return result;
    }
}
