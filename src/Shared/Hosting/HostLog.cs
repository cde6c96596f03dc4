using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(6000, LogLevel.Error, "cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);
}
