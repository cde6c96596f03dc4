using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tunnel.Shared.Transport;

/// <summary>
/// Listening sockets that whoever started the program has opened for it, as systemd does for a <c>.socket</c> unit: descriptors
/// from 3 on, so many as <c>LISTEN_FDS</c> says, for the process that <c>LISTEN_PID</c> names (sd_listen_fds(3)). They outlive
/// the program: while it starts anew, connections wait in them.
/// </summary>
internal sealed class InheritedSockets
{
    /// <summary>SD_LISTEN_FDS_START.</summary>
    private const int FirstDescriptor = 3;

    private const int MaxDescriptors = 1024;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private readonly Lock _gate = new();
    private readonly List<(Socket Socket, EndPoint EndPoint)> _sockets;

    /// <param name="sockets">Sockets that listen.</param>
    public InheritedSockets(IEnumerable<Socket> sockets) => _sockets = [.. sockets.Select(static socket => (socket, socket.LocalEndPoint!))];

    /// <summary>Those of this process.</summary>
    public static InheritedSockets OfProcess { get; } = new(Open(
        Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.ProcessId));

    /// <summary>Takes the socket that listens on an address; each can be taken once.</summary>
    public bool TryTake(EndPoint endPoint, [NotNullWhen(true)] out Socket? socket)
    {
        lock (_gate)
        {
            var index = _sockets.FindIndex(item => IsSame(item.EndPoint, endPoint));
            socket = index < 0 ? null : _sockets[index].Socket;
            if (index >= 0)
            {
                _sockets.RemoveAt(index);
            }

            return socket is not null;
        }
    }

    /// <summary>How many descriptors the variables give to a process; 0 where they are for another one, or make no sense. Pure.</summary>
    public static int Count(string? listenPid, string? listenFds, int processId) =>
        int.TryParse(listenPid, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid == processId
        && int.TryParse(listenFds, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxDescriptors
            ? count
            : 0;

    private static IEnumerable<Socket> Open(string? listenPid, string? listenFds, int processId)
    {
        var count = OperatingSystem.IsLinux() ? Count(listenPid, listenFds, processId) : 0;
        for (var descriptor = FirstDescriptor; descriptor < FirstDescriptor + count; descriptor++)
        {
            Socket socket;
            try
            {
                socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
                if (socket.SocketType != SocketType.Stream || !IsListening(socket))
                {
                    continue;
                }
            }
            catch (SocketException)
            {
                // Something else than a socket: not ours to use.
                continue;
            }

            // Programs that this one starts have no use for it.
            _ = SetFlags(descriptor, SetDescriptorFlags, CloseOnExec);
            yield return socket;
        }
    }

    private static bool IsListening(Socket socket) =>
        socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is int and not 0;

    private static bool IsSame(EndPoint inherited, EndPoint wanted) => (inherited, wanted) switch
    {
        // Port 0 asks for any port, so nothing is the same.
        (IPEndPoint have, IPEndPoint want) => have.Port == want.Port && have.Address.Equals(want.Address),
        (UnixDomainSocketEndPoint have, UnixDomainSocketEndPoint want) => have.ToString() == want.ToString(),
        _ => false,
    };

    [DllImport("libc", EntryPoint = "fcntl", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFlags(int descriptor, int command, int flags);
}
