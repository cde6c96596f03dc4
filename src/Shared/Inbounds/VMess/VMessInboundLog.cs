using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Inbounds.VMess;

internal static partial class VMessInboundLog
{
    [LoggerMessage(3200, LogLevel.Information, "interconnect listening on {EndPoint} (VMess over {Transport})")]
    public static partial void ListeningForBridges(ILogger logger, string endPoint, string transport);

    [LoggerMessage(3201, LogLevel.Information, "serving {EndPoint} -> any destination (VMess over {Transport})")]
    public static partial void Listening(ILogger logger, string endPoint, string transport);

    [LoggerMessage(3202, LogLevel.Warning, "refused on the interconnect: {Peer} ({User}): {Reason}")]
    public static partial void Refused(ILogger logger, string peer, string user, string reason);
}
