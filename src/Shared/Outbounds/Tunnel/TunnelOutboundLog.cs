using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Outbounds.Tunnel;

internal static partial class TunnelOutboundLog
{
    [LoggerMessage(2100, LogLevel.Warning, "{Destination} from '{InboundTag}' was closed: the router sends it to '{OutboundTag}', which carries only bridges' sessions; check the rules")]
    public static partial void NotForTraffic(ILogger logger, Destination destination, string inboundTag, string outboundTag);
}
