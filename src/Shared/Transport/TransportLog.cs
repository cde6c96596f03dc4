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

    [LoggerMessage(1003, LogLevel.Warning, "closed a connection from {Peer} to {EndPoint}: only trusted proxies may connect there (acceptProxyProtocol); if this is one, add it to trustedProxies.")]
    public static partial void NotTrusted(ILogger logger, EndPoint peer, EndPoint endPoint);

    [LoggerMessage(1004, LogLevel.Warning, "closed a connection from the proxy {Peer} to {EndPoint}: {Reason}")]
    public static partial void NoProxyHeader(ILogger logger, EndPoint peer, EndPoint endPoint, string reason);

    [LoggerMessage(1007, LogLevel.Warning, "dropped a datagram from {Peer} to {EndPoint}: only trusted proxies may send there (acceptProxyProtocol); if this is one, add it to trustedProxies. Further ones are only counted.")]
    public static partial void StrangeDatagram(ILogger logger, EndPoint peer, EndPoint endPoint);

    [LoggerMessage(1008, LogLevel.Warning, "dropped a datagram from the proxy {Peer} to {EndPoint}: {Reason}. Further ones are only counted.")]
    public static partial void NoDatagramHeader(ILogger logger, EndPoint peer, EndPoint endPoint, string reason);

    /// <summary>Many proxies check so whether somebody listens.</summary>
    [LoggerMessage(1005, LogLevel.Debug, "the proxy {Peer} connected to {EndPoint} and closed without a word")]
    public static partial void SilentProxy(ILogger logger, EndPoint peer, EndPoint endPoint);

    [LoggerMessage(1006, LogLevel.Warning, "closed a connection from the proxy {Peer} to {EndPoint}: {Count} others have not sent their PROXY protocol header yet")]
    public static partial void TooManySilent(ILogger logger, EndPoint? peer, EndPoint endPoint, int count);
}
