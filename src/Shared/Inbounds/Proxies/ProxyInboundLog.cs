using Microsoft.Extensions.Logging;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Inbounds.Proxies;

internal static partial class ProxyInboundLog
{
    [LoggerMessage(3300, LogLevel.Information, "serving {EndPoint} -> {GoesTo} ({Protocol} proxy)")]
    public static partial void Serving(ILogger logger, string protocol, string endPoint, string goesTo);

    [LoggerMessage(3301, LogLevel.Warning, "{Peer} was turned away by inbound '{InboundTag}': {Reason}")]
    public static partial void TurnedAway(ILogger logger, string peer, string inboundTag, RefusalReason reason);

    [LoggerMessage(3302, LogLevel.Warning, "{Peer} was refused by inbound '{InboundTag}': {Reason}")]
    public static partial void Refused(ILogger logger, string peer, string inboundTag, string reason);
}
