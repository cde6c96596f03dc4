using Microsoft.Extensions.Logging;

namespace Tunnel.Portal.Web.Serving;

internal static partial class ServingLog
{
    [LoggerMessage(8000, LogLevel.Information, "serving {EndPoint} -> {GoesTo} (web)")]
    public static partial void Serving(ILogger logger, string endPoint, string goesTo);

    [LoggerMessage(8001, LogLevel.Debug, "{Peer} was refused by inbound '{InboundTag}': {Reason}")]
    public static partial void Refused(ILogger logger, string peer, string inboundTag, string reason);

    [LoggerMessage(8002, LogLevel.Error, "a request for {Host}{Path} failed; this is a fault of the program, please report it")]
    public static partial void Failed(ILogger logger, Exception exception, string host, string path);

    [LoggerMessage(8003, LogLevel.Warning, "the error page '{File}' cannot be read: {Reason}")]
    public static partial void NoErrorPage(ILogger logger, string file, string reason);
}
