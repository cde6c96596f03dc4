using System.Net;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Limits;

internal static partial class LimitsLog
{
    [LoggerMessage(1100, LogLevel.Warning, "'{Tag}' has {Most} visitors (limits.visitorsPerInbound): more wait in the system's queue until some have gone")]
    public static partial void InboundFull(ILogger logger, string tag, int most);

    [LoggerMessage(1101, LogLevel.Warning, "{Address} has {Most} connections to '{Tag}' (limits.visitorsPerAddress): more are closed at once")]
    public static partial void AddressFull(ILogger logger, IPAddress? address, int most, string tag);

    [LoggerMessage(1102, LogLevel.Warning, "{Count} file descriptors are in use, nearly all there may be: no more connections are accepted until some are closed; raise the limit of open files (ulimit -n, LimitNOFILE=)")]
    public static partial void DescriptorsScarce(ILogger logger, long count);
}
