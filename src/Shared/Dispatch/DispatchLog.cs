using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Dispatch;

internal static partial class DispatchLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Source} accepted {Destination} [{InboundTag} -> {OutboundTag}]")]
    public static partial void Accepted(ILogger logger, IPEndPoint? source, Destination destination, string inboundTag, string outboundTag);

    [LoggerMessage(1001, LogLevel.Warning, "{Destination} from inbound '{InboundTag}' was closed: there is no outbound; add one to \"outbounds\"")]
    public static partial void NoOutbound(ILogger logger, Destination destination, string inboundTag);

    [LoggerMessage(1002, LogLevel.Error, "Outbound '{OutboundTag}' failed on {Destination}; please report this")]
    public static partial void OutboundFailed(ILogger logger, Exception exception, string outboundTag, Destination destination);
}
