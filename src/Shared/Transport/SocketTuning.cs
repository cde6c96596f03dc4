using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>Socket options. None is essential, so a platform that lacks one is not an error.</summary>
internal static class SocketTuning
{
    /// <summary>Seconds of silence before the kernel probes; NAT tables forget an idle mapping after a few minutes at the worst.</summary>
    private const int LongLivedIdleSeconds = 15;

    private const int LongLivedIntervalSeconds = 5;
    private const int LongLivedProbes = 3;

    /// <summary>For visitors and targets: who is out of reach for a minute is not lost, and who vanished is forgotten after two.</summary>
    private const int IdleSeconds = 60;

    private const int IntervalSeconds = 15;
    private const int Probes = 4;

    /// <summary>Linux, <c>netinet/tcp.h</c>: how long sent bytes may stay unacknowledged, in milliseconds.</summary>
    private const int TcpUserTimeout = 18;

    private const int TcpLevel = 6;
    private const int UserTimeoutMilliseconds = 20_000;

    /// <summary>TCP_NODELAY: whoever flushes has batched already.</summary>
    public static void SetNoDelay(Socket socket) => Try(socket, static s => s.NoDelay = true);

    /// <summary>
    /// <see cref="SetNoDelay"/>, and makes the kernel notice a peer that vanished without a word, which a side that only reads never
    /// would. On a socket that listens, for those it accepts where the system lets them inherit: see <see cref="SetForAccepted"/>.
    /// </summary>
    public static void SetForVisitors(Socket socket)
    {
        SetNoDelay(socket);
        SetKeepAlive(socket, IdleSeconds, IntervalSeconds, Probes);
    }

    /// <summary>The same for a socket that was accepted from one that has it: nothing on Linux, where it saves six system calls for each visitor.</summary>
    public static void SetForAccepted(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            SetForVisitors(socket);
        }
    }

    /// <summary>The same sooner, and for unacknowledged bytes too: for a connection that many depend on.</summary>
    public static void SetLongLived(Socket socket)
    {
        SetKeepAlive(socket, LongLivedIdleSeconds, LongLivedIntervalSeconds, LongLivedProbes);
        if (OperatingSystem.IsLinux())
        {
            Try(socket, static s => s.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds)));
        }
    }

    private static void SetKeepAlive(Socket socket, int idleSeconds, int intervalSeconds, int probes) => Try(socket, s =>
    {
        s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, idleSeconds);
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, intervalSeconds);
        s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, probes);
    });

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
