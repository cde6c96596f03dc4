using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Datagrams;

/// <summary>Makes UDP sockets, and knows which of their errors say something about one datagram only.</summary>
internal static class DatagramSocket
{
    /// <summary>
    /// What the kernel may keep while a loop is not scheduled: 300 ms of 100 Mbit/s. The system may allow less
    /// (<c>net.core.rmem_max</c>).
    /// </summary>
    private const int BufferBytes = 4 * 1024 * 1024;

    private const int LinuxSocketLevel = 1;
    private const int LinuxReceiveBufferForce = 33;

    /// <summary>Windows: do not report what ICMP said about an earlier datagram as an error of the socket.</summary>
    private const int SioUdpConnectionReset = -1744830452;

    public static Socket Create(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        Try(socket, static s => s.SendBufferSize = BufferBytes);
        Try(socket, static s => s.ReceiveBufferSize = BufferBytes);
        if (OperatingSystem.IsLinux())
        {
            // Beyond the limit, where this process may.
            Try(socket, static s => s.SetRawSocketOption(LinuxSocketLevel, LinuxReceiveBufferForce, BitConverter.GetBytes(BufferBytes)));
        }
        else if (OperatingSystem.IsWindows())
        {
            Try(socket, static s => s.IOControl(SioUdpConnectionReset, [0], null));
        }

        return socket;
    }

    /// <summary>A socket bound to an address; <c>[::]</c> takes IPv4 too.</summary>
    /// <exception cref="InboundStartException">The address cannot be used.</exception>
    public static Socket Bind(IPEndPoint endPoint)
    {
        Socket? socket = null;
        try
        {
            socket = Create(endPoint.AddressFamily);
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or NotSupportedException)
        {
            socket?.Dispose();
            throw new InboundStartException($"Cannot listen on udp:{endPoint}: {Explain(endPoint, exception)}", exception);
        }
    }

    /// <summary>Whether a failed receive says nothing about the next one: an answer by ICMP to what was sent, or a datagram that is too long.</summary>
    public static bool IsPassing(SocketError error) => error is
        SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.NetworkDown or SocketError.NetworkReset or SocketError.MessageSize or SocketError.TimedOut
        or SocketError.AccessDenied or SocketError.ProtocolOption or SocketError.NoBufferSpaceAvailable or SocketError.TryAgain;

    private static string Explain(IPEndPoint endPoint, Exception exception) => (exception as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse
            => $"the address is in use; stop the program that has it (ss -lunp 'sport = :{endPoint.Port}' names it) or choose another port",
        SocketError.AccessDenied when endPoint.Port is > 0 and < 1024
            => "not permitted; ports below 1024 need the capability CAP_NET_BIND_SERVICE (or root); grant it or choose a higher port",
        SocketError.AccessDenied => "not permitted; a security policy of this host forbids it",
        SocketError.AddressNotAvailable => "this host does not have that address; use one of its own, or 0.0.0.0 for all",
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported => "this host has no IPv6; use an IPv4 address such as 0.0.0.0",
        _ => exception.Message,
    };

    private static void Try(Socket socket, Action<Socket> set)
    {
        try
        {
            set(socket);
        }
        catch (Exception exception) when (exception is SocketException or PlatformNotSupportedException or ObjectDisposedException)
        {
            // It works without; bursts are lost earlier.
        }
    }
}
