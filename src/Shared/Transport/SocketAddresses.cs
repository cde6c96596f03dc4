using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>A socket's addresses; null where it is already dead, which is for the first read to report.</summary>
internal static class SocketAddresses
{
    public static EndPoint? Local(Socket socket) => Try(socket, static s => s.LocalEndPoint);

    public static EndPoint? Remote(Socket socket) => Try(socket, static s => s.RemoteEndPoint);

    /// <summary>Whether a peer is on this machine.</summary>
    public static bool IsThisHost(EndPoint? endPoint) =>
        endPoint is UnixDomainSocketEndPoint
        || (endPoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address));

    private static EndPoint? Try(Socket socket, Func<Socket, EndPoint?> get)
    {
        try
        {
            return get(socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
