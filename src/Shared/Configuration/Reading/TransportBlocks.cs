namespace Tunnel.Shared.Configuration.Reading;

/// <summary>The top-level <c>transport</c> object: what a <c>streamSettings</c> that lacks a block takes in its place.</summary>
internal sealed record TransportBlocks
{
    /// <summary>Nothing is given.</summary>
    public static readonly TransportBlocks None = new();

    /// <summary>The <c>wsSettings</c>; null when they are not given.</summary>
    public WebSocketConfig? WebSocket { get; init; }

    public static TransportBlocks Read(ObjectReader? transport)
    {
        if (transport is null)
        {
            return None;
        }

        // What tcpSettings may say here makes no difference, so they only need to be looked at.
        TcpSettingsReader.Read(transport.Object("tcpSettings"));
        var result = new TransportBlocks
        {
            WebSocket = transport.Object("wsSettings") is { } webSocket ? WebSocketSettingsReader.Read(webSocket) : null,
        };
        transport.Ignore("kcpSettings", "httpSettings", "dsSettings", "quicSettings", "grpcSettings", "gunSettings", "httpupgradeSettings");
        transport.End();
        return result;
    }
}
