namespace Tunnel.Shared.Configuration;

/// <summary>The <c>streamSettings</c> of an inbound or outbound.</summary>
public sealed record StreamConfig
{
    /// <summary>What carries the bytes.</summary>
    public TransportNetwork Network { get; init; } = TransportNetwork.Tcp;

    /// <summary>Null when the configuration says nothing and the protocol has no default, which means none. Protocol <c>tunnel</c> defaults to TLS.</summary>
    public StreamSecurity? Security { get; init; }

    /// <summary>Used when <see cref="Security"/> is TLS.</summary>
    public TlsConfig Tls { get; init; } = new();

    /// <summary>Used when <see cref="Network"/> is a WebSocket.</summary>
    public WebSocketConfig WebSocket { get; init; } = new();

    /// <summary>Set on an inbound whose peers are proxies that say whom they stand for; null on any other.</summary>
    public ProxyProtocolConfig? ProxyProtocol { get; init; }

    /// <summary>The user has accepted that an interconnect travels in the clear beyond this machine.</summary>
    public bool AllowPlaintext { get; init; }
}
