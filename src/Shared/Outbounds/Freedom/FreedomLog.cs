using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Relay;

namespace Tunnel.Shared.Outbounds.Freedom;

internal static partial class FreedomLog
{
    [LoggerMessage(2000, LogLevel.Warning, "A connection from '{InboundTag}' was closed: {Reason}")]
    public static partial void TargetUnreachable(ILogger logger, string inboundTag, string reason);

    [LoggerMessage(2001, LogLevel.Debug, "{Destination} ended: {ToTarget} bytes to the target, {FromTarget} from it, {End} {Error}")]
    public static partial void Ended(ILogger logger, Destination destination, long toTarget, long fromTarget, RelayEnd end, string? error);
}
