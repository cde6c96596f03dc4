using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>
/// A socket's addresses; null where it is already dead, which is for the first read to report. An IPv4 peer of an IPv6 listener
/// has its IPv4 address.
/// </summary>
internal static class SocketAddresses
{
    public static EndPoint? Local(Socket socket) => Try(socket, static s => s.LocalEndPoint);

    public static EndPoint? Remote(Socket socket) => Try(socket, static s => s.RemoteEndPoint);

    /// <summary>Whether a peer is on this machine.</summary>
    public static bool IsThisHost(EndPoint? endPoint) =>
        endPoint is UnixDomainSocketEndPoint
        || (endPoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address));

    /// <summary>An IPv4 address that is mapped to IPv6, as itself; any other one unchanged.</summary>
    public static IPEndPoint Unmap(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private static EndPoint? Try(Socket socket, Func<Socket, EndPoint?> get)
    {
        try
        {
            var endPoint = get(socket);
            return endPoint is IPEndPoint ip ? Unmap(ip) : endPoint;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
