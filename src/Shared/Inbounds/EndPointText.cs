using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Inbounds;

/// <summary>How a log line writes an address.</summary>
public static class EndPointText
{
    /// <summary><c>1.2.3.4:80</c>, <c>[::1]:80</c> or <c>unix:/path</c>; an IPv4 address mapped to IPv6 is written as IPv4.</summary>
    public static string Of(EndPoint? endPoint) => endPoint switch
    {
        null => "unknown",
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => new IPEndPoint(ip.Address.MapToIPv4(), ip.Port).ToString(),
        UnixDomainSocketEndPoint unix => "unix:" + unix,
        _ => endPoint.ToString() ?? "unknown",
    };
}
