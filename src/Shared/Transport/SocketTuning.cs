using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>Socket options. None is essential, so a platform that lacks one is not an error.</summary>
internal static class SocketTuning
{
    /// <summary>Seconds of silence before the kernel probes; NAT tables forget an idle mapping after a few minutes at the worst.</summary>
    private const int KeepAliveIdleSeconds = 15;

    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    /// <summary>Linux, <c>netinet/tcp.h</c>: how long sent bytes may stay unacknowledged, in milliseconds.</summary>
    private const int TcpUserTimeout = 18;

    private const int TcpLevel = 6;
    private const int UserTimeoutMilliseconds = 20_000;

    /// <summary>TCP_NODELAY: whoever flushes has batched already.</summary>
    public static void SetNoDelay(Socket socket) => Try(socket, static s => s.NoDelay = true);

    /// <summary>Makes the kernel notice a peer that vanished, for a connection that lives long.</summary>
    public static void SetLongLived(Socket socket)
    {
        Try(socket, static s =>
        {
            s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
            s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        });
        if (OperatingSystem.IsLinux())
        {
            Try(socket, static s => s.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds)));
        }
    }

    private static void Try(Socket socket, Action<Socket> set)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        try
        {
            set(socket);
        }
        catch (Exception exception) when (exception is SocketException or PlatformNotSupportedException or ObjectDisposedException)
        {
            // The connection works without it; a dead socket reports itself at the next read.
        }
    }
}
