namespace Tunnel.Shared.Configuration;

/// <summary>The words of <c>streamSettings.network</c>.</summary>
public enum TransportNetwork
{
    /// <summary><c>tcp</c>: the bytes as they are, also over a Unix socket.</summary>
    Tcp,

    /// <summary><c>ws</c> or <c>websocket</c>: in binary messages of a WebSocket.</summary>
    WebSocket,
}
