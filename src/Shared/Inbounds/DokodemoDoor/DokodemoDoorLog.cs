using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

internal static partial class DokodemoDoorLog
{
    [LoggerMessage(3000, LogLevel.Information, "serving {EndPoint} -> {GoesTo}")]
    public static partial void Serving(ILogger logger, string endPoint, string goesTo);
}
