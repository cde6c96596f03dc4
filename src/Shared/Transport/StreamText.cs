using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Transport;

/// <summary>How a log line names a transport.</summary>
internal static class StreamText
{
    /// <summary><c>tcp</c>, <c>tls</c>, <c>ws</c> or <c>ws + tls</c>.</summary>
    public static string Of(StreamConfig config) => (config.Network, config.Security) switch
    {
        (TransportNetwork.WebSocket, StreamSecurity.Tls) => "ws + tls",
        (TransportNetwork.WebSocket, _) => "ws",
        (_, StreamSecurity.Tls) => "tls",
        _ => "tcp",
    };
}
