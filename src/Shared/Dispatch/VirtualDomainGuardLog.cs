using System.Net;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Dispatch;

internal static partial class VirtualDomainGuardLog
{
    [LoggerMessage(1010, LogLevel.Warning, "The visitor {Source} of inbound '{InboundTag}' was closed: it asks for '{VirtualDomain}', a virtual domain, which only bridges may; if a site has this name, choose another virtual domain on both sides")]
    public static partial void TurnedAway(ILogger logger, IPEndPoint? source, string inboundTag, string virtualDomain);
}
