using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(6000, LogLevel.Error, "cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    [LoggerMessage(6001, LogLevel.Error, "'{Tag}', which a reload has removed, did not end well; please report this")]
    public static partial void RetireFailed(ILogger logger, Exception exception, string tag);

    [LoggerMessage(6002, LogLevel.Information, "told to stop a second time: what is left is ended now")]
    public static partial void DrainCutShort(ILogger logger);
}
