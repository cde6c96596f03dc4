using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Inbounds.Tunnel;

internal static partial class TunnelInboundLog
{
    [LoggerMessage(3100, LogLevel.Information, "interconnect listening on {EndPoint} ({Security})")]
    public static partial void Listening(ILogger logger, string endPoint, string security);

    [LoggerMessage(3101, LogLevel.Warning, "refused on the interconnect: {Peer} (domain {VirtualDomain}, key {KeyId}): {Reason}")]
    public static partial void Refused(ILogger logger, string peer, string virtualDomain, string keyId, string reason);
}
