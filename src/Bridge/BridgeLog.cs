using Microsoft.Extensions.Logging;

namespace Tunnel.Bridge;

internal static partial class BridgeLog
{
    [LoggerMessage(4000, LogLevel.Information, "connected: {VirtualDomain} through {Portal} (worker {Worker})")]
    public static partial void Connected(ILogger logger, string virtualDomain, string portal, int worker);

    [LoggerMessage(4001, LogLevel.Warning, "cannot connect: {VirtualDomain} through {Portal}: {Reason}; next try within {Seconds} s, and so on until it works")]
    public static partial void CannotConnect(ILogger logger, string virtualDomain, string portal, string reason, double seconds);

    [LoggerMessage(4002, LogLevel.Warning, "connection lost: {VirtualDomain} through {Portal}: {Reason}; dialling again")]
    public static partial void Lost(ILogger logger, string virtualDomain, string portal, string reason);

    [LoggerMessage(4003, LogLevel.Information, "connection closed: {VirtualDomain} through {Portal}: {Reason}")]
    public static partial void Closed(ILogger logger, string virtualDomain, string portal, string reason);

    [LoggerMessage(4005, LogLevel.Information, "{VirtualDomain}: the sessions from before the reload get no more visitors, and end when the ones they have do")]
    public static partial void LeavesBefore(ILogger logger, string virtualDomain);

    [LoggerMessage(4004, LogLevel.Information, "serving {VirtualDomain} -> {GoesTo} through {Portals}")]
    public static partial void Serving(ILogger logger, string virtualDomain, string goesTo, string portals);
}
