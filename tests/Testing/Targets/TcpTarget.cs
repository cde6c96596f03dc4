using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Targets;

/// <summary>A small server in the test's own process, standing where the real service would.</summary>
public sealed class TcpTarget : IAsyncDisposable
{
    // Thousands of visitors may come at once.
    private const int Backlog = 4096;

    private readonly Socket _listener;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _accepted;
    private int _open;

    /// <summary>Listens on a loopback port of the system's choice, or on <paramref name="endPoint"/>.</summary>
    public TcpTarget(Func<Socket, CancellationToken, Task> serve, EndPoint? endPoint = null)
    {
        _serve = serve;
        endPoint ??= new IPEndPoint(IPAddress.Loopback, 0);
        var protocol = endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        _listener.Bind(endPoint);
        _listener.Listen(Backlog);
        EndPoint = _listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Where it listens, as the configuration writes it.</summary>
    public string Address => EndPoint is UnixDomainSocketEndPoint ? $"unix:{EndPoint}" : EndPoint.ToString()!;

    /// <summary>How many connections have been accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Serves a connection that came another way, as it serves its own, and closes it.</summary>
    public async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        try
        {
            await _serve(socket, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The other side went away; what that means is for the test to say.
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _open);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
