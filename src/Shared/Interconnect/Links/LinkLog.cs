using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Interconnect.Links;

internal static partial class LinkLog
{
    [LoggerMessage(2200, LogLevel.Warning, "bridge away: {VirtualDomain}: {Reason}; {Streams} visitors wait up to {Seconds} s for it")]
    public static partial void BridgeIsAway(ILogger logger, string virtualDomain, string reason, int streams, double seconds);

    [LoggerMessage(2201, LogLevel.Information, "bridge back: {VirtualDomain} from {Peer}; {Streams} visitors go on")]
    public static partial void BridgeIsBack(ILogger logger, string virtualDomain, string peer, int streams);

    [LoggerMessage(2202, LogLevel.Warning, "connection interrupted: {VirtualDomain} through {Portal}: {Reason}; dialling again, {Streams} visitors wait")]
    public static partial void Interrupted(ILogger logger, string virtualDomain, string portal, string reason, int streams);

    [LoggerMessage(2203, LogLevel.Information, "connection resumed: {VirtualDomain} through {Portal} after {Seconds} s; {Streams} visitors go on")]
    public static partial void Resumed(ILogger logger, string virtualDomain, string portal, double seconds, int streams);

    [LoggerMessage(2204, LogLevel.Warning, "cannot resume yet: {VirtualDomain} through {Portal}: {Reason}; trying for {Seconds} s more")]
    public static partial void CannotResumeYet(ILogger logger, string virtualDomain, string portal, string reason, double seconds);
}
