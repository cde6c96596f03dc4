using System.Net;
using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Peers;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>A target with a thread for each connection and sockets that block: the cheapest load that one process can make.</summary>
/// <remarks>A socket on which .NET has once waited asynchronously costs more for ever, so everything here blocks.</remarks>
internal sealed class BlockingTarget : IDisposable
{
    /// <summary>What is sent and read at once.</summary>
    public const int BufferBytes = 256 * 1024;

    private const int StackBytes = 128 * 1024;

    private static readonly byte[] Sent = new byte[BufferBytes];

    private readonly Socket _listener;
    private readonly long[] _received = new long[256];
    private readonly HashSet<Socket> _open = [];
    private readonly Lock _lock = new(); // guards _open
    private int _number;

    public BlockingTarget(Site site)
    {
        _listener = site.Listen();
        new Thread(Accept) { IsBackground = true, Name = "target" }.Start();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>A number for a connection whose bytes are to be counted. Used again after 256 others.</summary>
    public byte NextNumber()
    {
        var number = (byte)Interlocked.Increment(ref _number);
        Volatile.Write(ref _received[number], 0);
        return number;
    }

    /// <summary>How many bytes have come on the connection with that number.</summary>
    public long Received(byte number) => Volatile.Read(ref _received[number]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_lock)
        {
            foreach (var socket in _open)
            {
                socket.Dispose();
            }
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                socket.NoDelay = true;
                lock (_lock)
                {
                    _open.Add(socket);
                }

                new Thread(() => Serve(socket), StackBytes) { IsBackground = true, Name = "target's connection" }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is disposed.
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            var head = new byte[2];
            if (socket.Receive(head, 0, 1, SocketFlags.None) == 1 && socket.Receive(head, 1, 1, SocketFlags.None) == 1)
            {
                Serve(socket, (LoadMode)head[0], head[1]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The visitor has gone, which is how all of them end.
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(socket);
            }

            socket.Dispose();
        }
    }

    private void Serve(Socket socket, LoadMode mode, byte number)
    {
        if (mode == LoadMode.Send)
        {
            while (true)
            {
                socket.Send(Sent);
            }
        }

        var buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
        while (socket.Receive(buffer) is var read and > 0)
        {
            if (mode == LoadMode.Sink)
            {
                Interlocked.Add(ref _received[number], read);
            }
            else
            {
                socket.Send(buffer, read, SocketFlags.None);
            }
        }
    }
}
