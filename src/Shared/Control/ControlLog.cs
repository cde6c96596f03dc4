using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Control;

internal static partial class ControlLog
{
    [LoggerMessage(6104, LogLevel.Warning, "there is no control socket, so commands to the running program, such as 'reload', do not work; SIGHUP does ({Reason})")]
    public static partial void NoSocket(ILogger logger, string reason);
}
