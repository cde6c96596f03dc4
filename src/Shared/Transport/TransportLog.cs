using System.Net;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Transport;

/// <summary>What the transport logs.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Cannot accept on {EndPoint}: {Reason}. Trying again in {Milliseconds} ms; if it goes on, raise the limit of open files.")]
    public static partial void AcceptFailed(ILogger logger, EndPoint endPoint, string reason, double milliseconds);

    [LoggerMessage(1002, LogLevel.Error, "A connection accepted on {EndPoint} was dropped, because its handler failed.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, EndPoint endPoint);
}
