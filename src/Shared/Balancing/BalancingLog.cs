using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Balancing;

internal static partial class BalancingLog
{
    [LoggerMessage(7000, LogLevel.Warning, "balancer '{Balancer}': outbound '{Outbound}' is left out for {Seconds} s: {Reason}")]
    public static partial void Ejected(ILogger logger, string balancer, string outbound, double seconds, string reason);

    [LoggerMessage(7001, LogLevel.Information, "balancer '{Balancer}': outbound '{Outbound}' is back")]
    public static partial void Back(ILogger logger, string balancer, string outbound);

    [LoggerMessage(7002, LogLevel.Information, "{Destination} from inbound '{InboundTag}': outbound '{Failed}' failed, '{Next}' is tried: {Reason}")]
    public static partial void TriesNext(ILogger logger, Destination destination, string inboundTag, string failed, string next, string reason);

    [LoggerMessage(7003, LogLevel.Warning, "outbound '{Outbound}' does not answer probes: {Reason}")]
    public static partial void Silent(ILogger logger, string outbound, string reason);

    [LoggerMessage(7004, LogLevel.Information, "outbound '{Outbound}' answers probes")]
    public static partial void Answers(ILogger logger, string outbound);
}
