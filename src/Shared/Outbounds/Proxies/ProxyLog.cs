using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Relay;

namespace Tunnel.Shared.Outbounds.Proxies;

internal static partial class ProxyLog
{
    [LoggerMessage(2300, LogLevel.Warning, "{Destination} from '{InboundTag}' was closed: {Reason}")]
    public static partial void Failed(ILogger logger, Destination destination, string inboundTag, string reason);

    [LoggerMessage(2301, LogLevel.Debug, "{Destination} through {Server} ended: {ToServer} bytes to the server, {FromServer} from it, {End} {Error}")]
    public static partial void Ended(
        ILogger logger, Destination destination, ProxyServer server, long toServer, long fromServer, RelayEnd end, string? error);
}
