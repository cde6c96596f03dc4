using System.Net;
using System.Net.Sockets;
using Tunnel.Testing.Net;

namespace Tunnel.Testing.Faults;

/// <summary>A TCP relay between a bridge and a portal whose faults a test chooses. All bytes pass through real sockets.</summary>
/// <remarks>
/// What a relay cannot do: the kernel of the machine it runs on acknowledges what is sent into a blackhole until its buffers are
/// full, and both sides speak to an address that never changes. For that there is <see cref="FaultNetwork"/>.
/// </remarks>
public sealed class FaultRelay : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly EndPoint _upstream;
    private readonly Lock _lock = new();
    private readonly HashSet<RelayedConnection> _connections = []; // under _lock
    private readonly CancellationTokenSource _stop = new();
    private readonly FaultGate _up = new();
    private readonly FaultGate _down = new();
    private Socket? _listener; // under _lock
    private Task _accepting = Task.CompletedTask; // under _lock
    private int _accepted;

    /// <summary>Listens on a loopback port, which stays its own while it refuses, and dials <paramref name="upstream"/>.</summary>
    public FaultRelay(EndPoint upstream)
    {
        _upstream = upstream;
        Refusing = false;
    }

    /// <summary>Where to dial.</summary>
    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, FreePort.Next());

    /// <summary>How long each byte is under way in each direction, to within a timer's few milliseconds.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What each direction of each connection carries in a second at most; null for no limit.</summary>
    public long? BytesPerSecond { get; set; }

    /// <summary>Connections that came.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that are there now.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>
    /// The directions in which nothing passes. Connections stay as they are and new ones are accepted; what is on its way arrives
    /// when the blackhole ends.
    /// </summary>
    public FaultDirection Blackhole
    {
        get => (_up.Closed ? FaultDirection.Up : FaultDirection.None) | (_down.Closed ? FaultDirection.Down : FaultDirection.None);
        set
        {
            _up.Closed = value.HasFlag(FaultDirection.Up);
            _down.Closed = value.HasFlag(FaultDirection.Down);
        }
    }

    /// <summary>Whether nothing listens: whoever dials is refused by the kernel. Connections that exist go on.</summary>
    public bool Refusing
    {
        get
        {
            lock (_lock)
            {
                return _listener is null;
            }
        }

        set
        {
            lock (_lock)
            {
                if (value)
                {
                    _listener?.Dispose();
                    _listener = null;
                }
                else if (_listener is null)
                {
                    _listener = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    _listener.Bind(EndPoint);
                    _listener.Listen(Backlog);
                    _accepting = AcceptAsync(_listener);
                }
            }
        }
    }

    /// <summary>
    /// Ends every connection that exists in this way; bytes on their way are lost, new connections are carried. Returns how many it
    /// struck.
    /// </summary>
    public int Cut(RelayCut how)
    {
        RelayedConnection[] connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        return connections.Count(connection => connection.Cut(how));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Refusing = true;
        await _accepting;
        Cut(RelayCut.Reset);
        Task[] ended;
        lock (_lock)
        {
            ended = [.. _connections.Select(connection => connection.Ended)];
        }

        await Task.WhenAll(ended);
        _stop.Dispose();
    }

    internal FaultGate Gate(FaultDirection direction) => direction == FaultDirection.Up ? _up : _down;

    private async Task AcceptAsync(Socket listener)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                var connection = new RelayedConnection(this, socket, _upstream, _stop.Token);
                lock (_lock)
                {
                    _connections.Add(connection);
                }

                _ = ForgetAtEndAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Refusing, or disposed.
        }
    }

    private async Task ForgetAtEndAsync(RelayedConnection connection)
    {
        connection.Start();
        await connection.Ended;
        lock (_lock)
        {
            _connections.Remove(connection);
        }
    }
}
