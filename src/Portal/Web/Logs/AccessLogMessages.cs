using Microsoft.Extensions.Logging;

namespace Tunnel.Portal.Web.Logs;

internal static partial class AccessLogMessages
{
    [LoggerMessage(8200, LogLevel.Warning, "the access log '{File}' cannot be written: {Reason}")]
    public static partial void NotWritten(ILogger logger, string file, string reason);

    [LoggerMessage(8201, LogLevel.Warning, "{Count} lines of the access log '{File}' were dropped: the disk is slower than the requests")]
    public static partial void Dropped(ILogger logger, long count, string file);
}
