using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Sniffing;

internal static partial class SniffingLog
{
    [LoggerMessage(1020, LogLevel.Debug, "{Source} to {Destination} speaks {Protocol} and asks for '{Domain}' (ALPN {ApplicationProtocols})")]
    public static partial void Sniffed(
        ILogger logger, IPEndPoint? source, Destination destination, string protocol, string? domain, string? applicationProtocols);

    [LoggerMessage(1021, LogLevel.Debug, "{Source} to {Destination} ended before it was routed: {Reason}")]
    public static partial void Ended(ILogger logger, IPEndPoint? source, Destination destination, string reason);
}
