using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tunnel.Testing.Programs;

/// <summary>Listening sockets that programs are started with, as systemd does for a socket unit: they stay open when a program ends.</summary>
public sealed partial class PassedSockets : IDisposable
{
    private const int SetDescriptorFlags = 2;

    private readonly Socket[] _sockets;

    /// <param name="count">How many, on loopback ports of the system's choice.</param>
    public PassedSockets(int count) => _sockets = [.. Enumerable.Range(0, count).Select(static _ => Listen())];

    /// <summary>Where they listen.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _sockets.Select(static socket => (IPEndPoint)socket.LocalEndPoint!)];

    /// <summary>The shell that becomes the program, and passes the sockets on.</summary>
    public static string Launcher => "/bin/bash";

    /// <summary>What the launcher is to be started with.</summary>
    public IEnumerable<string> Arguments(string file, params string[] arguments)
    {
        var moves = string.Join(' ', _sockets.Select((socket, index) => $"{3 + index}<&{socket.Handle}-"));
        return ["-c", $"exec {moves}; export LISTEN_PID=$$ LISTEN_FDS={_sockets.Length}; exec \"$@\"", "launcher", file, .. arguments];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(4096);

        // The runtime closes all others in the programs that it starts.
        Assert.Equal(0, SetFlags((int)socket.Handle, SetDescriptorFlags, 0));
        return socket;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetFlags(int descriptor, int command, int flags);
}
