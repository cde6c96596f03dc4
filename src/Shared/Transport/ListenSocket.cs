using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Transport;

/// <summary>Binds listening sockets and explains why one could not be bound.</summary>
internal static class ListenSocket
{
    /// <summary>The kernel caps it at <c>net.core.somaxconn</c>; a burst of visitors must not be refused below that.</summary>
    private const int Backlog = 4096;

    /// <summary>
    /// A listening socket, and the path of its file where it is a unix socket of our own making. One that the program was started
    /// with (<see cref="InheritedSockets"/>) is used as it is.
    /// </summary>
    /// <exception cref="InboundStartException">The address cannot be used.</exception>
    public static (Socket Socket, string? UnixPath) Bind(EndPoint endPoint)
    {
        if (InheritedSockets.OfProcess.TryTake(endPoint, out var inherited))
        {
            return (inherited, null);
        }

        var unixPath = (endPoint as UnixDomainSocketEndPoint)?.ToString();
        Socket? socket = null;
        try
        {
            if (unixPath is not null)
            {
                RemoveStale(unixPath, endPoint);
            }

            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, unixPath is null ? ProtocolType.Tcp : ProtocolType.Unspecified);
            if (endPoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            SocketTuning.SetForVisitors(socket);
            socket.Listen(Backlog);
            return (socket, unixPath);
        }
        catch (Exception exception) when (exception is SocketException or NotSupportedException or ArgumentException)
        {
            socket?.Dispose();
            throw new InboundStartException($"Cannot listen on {Describe(endPoint)}: {Explain(endPoint, exception)}", exception);
        }
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Stale files are removed by the next listener too.
        }
    }

    /// <summary>A process that was killed leaves its socket file behind; it may go only if nobody answers on it.</summary>
    private static void RemoveStale(string path, EndPoint endPoint)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && IsSocketFile(path))
        {
            TryDelete(path);
        }
        catch (SocketException)
        {
            // Not ours to remove; binding says what is wrong.
        }
    }

    /// <summary>Connecting to an ordinary file is refused as well, and that file is somebody's data: only a file that cannot be opened is a socket.</summary>
    private static bool IsSocketFile(string path) =>
        OperatingSystem.IsWindows() || !UnixFileType.IsRegular(path);

    private static string Describe(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint ? SocketDialer.UnixPrefix + endPoint : endPoint.ToString()!;

    private static string Explain(EndPoint endPoint, Exception exception)
    {
        var port = (endPoint as IPEndPoint)?.Port ?? 0;
        return (exception as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse when endPoint is UnixDomainSocketEndPoint
                => "another program answers on that socket, or the file is not a socket; choose another path or stop that program",
            SocketError.AddressAlreadyInUse => $"the address is in use; stop the program that has it (ss -ltnp 'sport = :{port}' names it) or choose another port",
            SocketError.AccessDenied when endPoint is UnixDomainSocketEndPoint => "not permitted; the user of this process may not write to that directory",
            SocketError.AccessDenied when port is > 0 and < 1024
                => "not permitted; ports below 1024 need the capability CAP_NET_BIND_SERVICE (or root); grant it or choose a higher port",
            SocketError.AccessDenied => "not permitted; a security policy of this host forbids it",
            SocketError.AddressNotAvailable when endPoint is UnixDomainSocketEndPoint => "the directory does not exist; make it first",
            SocketError.AddressNotAvailable => "this host does not have that address; use one of its own, or 0.0.0.0 for all",
            SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported => "this host has no IPv6; use an IPv4 address such as 0.0.0.0",
            _ => exception.Message,
        };
    }
}
