using System.Net;
using System.Net.Sockets;

namespace Tunnel.EndToEnd.Bounds;

/// <summary>
/// A service that takes nobody in until its door is opened: its visitors stand in the system's queue, connected, and cost this
/// process no descriptor. Then it greets each one with what that one has said.
/// </summary>
internal sealed class WaitingRoom : IAsyncDisposable
{
    // Linux allows a queue of 4096 (net.core.somaxconn); several sockets on one port share the crowd among them, not quite evenly.
    private const int Queue = 4096;
    private const int ExpectedInQueue = 2500;
    private const int SocketLevel = 1;
    private const int ReusePort = 15;
    private const int MaxGreeting = 64;

    private readonly List<Socket> _doors = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _greeting = Task.CompletedTask;

    public WaitingRoom(int visitors)
    {
        EndPoint endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        do
        {
            var door = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _doors.Add(door);
            door.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
            door.Bind(endPoint);
            door.Listen(Queue);
            endPoint = door.LocalEndPoint!;
        }
        while (_doors.Count * ExpectedInQueue < visitors);
        Address = endPoint.ToString()!;
    }

    /// <summary>Where it is, as the configuration writes it.</summary>
    public string Address { get; }

    /// <summary>From here on it takes everybody in.</summary>
    public void Open() => _greeting = Task.WhenAll(_doors.Select(GreetAsync));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _greeting;
        _doors.ForEach(static door => door.Dispose());
        _stop.Dispose();
    }

    private async Task GreetAsync(Socket door)
    {
        var buffer = new byte[MaxGreeting];
        try
        {
            while (true)
            {
                using var visitor = await door.AcceptAsync(_stop.Token);
                var read = await visitor.ReceiveAsync(buffer, _stop.Token);
                await visitor.SendAsync(buffer.AsMemory(0, read), _stop.Token);
                visitor.Shutdown(SocketShutdown.Send);

                // It goes first: closing before it does could reset what it has not read.
                await visitor.ReceiveAsync(buffer, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Disposed.
        }
    }
}
