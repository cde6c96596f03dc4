using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Reloading;

internal static partial class ReloadLog
{
    [LoggerMessage(6100, LogLevel.Information, "reloaded {File}: {Result}")]
    public static partial void Reloaded(ILogger logger, string file, ReloadResult result);

    [LoggerMessage(6101, LogLevel.Error, "{Problem}")]
    public static partial void Error(ILogger logger, string problem);

    [LoggerMessage(6102, LogLevel.Warning, "{Problem}")]
    public static partial void Warning(ILogger logger, string problem);

    [LoggerMessage(6103, LogLevel.Error, "not reloaded: {File} is in error, and nothing has changed; mend it, it is read again then")]
    public static partial void NotReloaded(ILogger logger, string file);

    [LoggerMessage(6105, LogLevel.Error, "A reload failed; please report this")]
    public static partial void Failed(ILogger logger, Exception exception);
}
