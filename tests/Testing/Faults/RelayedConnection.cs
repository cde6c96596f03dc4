using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Faults;

/// <summary>One connection through a <see cref="FaultRelay"/>: two sockets and what flows between them.</summary>
internal sealed class RelayedConnection(FaultRelay relay, Socket bridge, EndPoint upstream, CancellationToken stop)
{
    // Longer than any peer needs to find out that nothing comes any more.
    private static readonly TimeSpan ForgottenFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FinishingFor = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<End> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private enum End
    {
        /// <summary>Both sides have ended in good order.</summary>
        Natural,

        /// <summary>One side broke.</summary>
        Broken,

        Reset,
        Finish,
        Forget,
    }

    /// <summary>Completes when both sockets are closed.</summary>
    public Task Ended => _ended.Task;

    public void Start() => _ = Task.Run(RunAsync, CancellationToken.None);

    public void Reset() => _told.TrySetResult(End.Reset);

    public void Finish() => _told.TrySetResult(End.Finish);

    public void Forget() => _told.TrySetResult(End.Forget);

    private static void Close(Socket socket, bool reset)
    {
        try
        {
            if (reset)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (SocketException)
        {
            // The other side has been faster.
        }

        socket.Dispose();
    }

    private static async Task FinishAsync(Socket socket, CancellationToken cancellation)
    {
        // Read on: a socket that is closed with unread bytes answers with a reset.
        socket.Shutdown(SocketShutdown.Send);
        var rubbish = new byte[4096];
        while (await socket.ReceiveAsync(rubbish, cancellation) > 0)
        {
        }
    }

    private async Task RunAsync()
    {
        var portal = new Socket(upstream.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        bridge.NoDelay = true;
        using var end = new CancellationTokenSource();
        var carrying = CarryAsync(portal, end.Token);
        await Task.WhenAny(carrying, _told.Task);
        await end.CancelAsync();
        var how = await carrying;
        if (_told.Task.IsCompletedSuccessfully)
        {
            how = await _told.Task;
        }

        await LeaveAsync(how, portal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Close(bridge, how is End.Broken or End.Reset);
        Close(portal, how is End.Broken or End.Reset);
        _ended.SetResult();
    }

    private async Task<End> CarryAsync(Socket portal, CancellationToken cancellation)
    {
        try
        {
            await portal.ConnectAsync(upstream, cancellation);
            var flows = new[]
            {
                new RelayedFlow(relay, FaultDirection.Up, bridge, portal).RunAsync(cancellation),
                new RelayedFlow(relay, FaultDirection.Down, portal, bridge).RunAsync(cancellation),
            };

            // One that broke ends both, because that cancels; one that has ended lets the other end by itself.
            await await Task.WhenAny(flows);
            await Task.WhenAll(flows);
            return End.Natural;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return End.Broken;
        }
    }

    private async Task LeaveAsync(End how, Socket portal)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        switch (how)
        {
            case End.Finish:
                limit.CancelAfter(FinishingFor);
                await Task.WhenAll(FinishAsync(bridge, limit.Token), FinishAsync(portal, limit.Token));
                break;
            case End.Forget:
                await Task.Delay(ForgottenFor, limit.Token);
                break;
            case End.Broken when relay.Blackhole is not FaultDirection.None:
                // No more than bytes does the end of one side pass through a blackhole.
                limit.CancelAfter(ForgottenFor);
                await relay.Gate(FaultDirection.Up).PassAsync(limit.Token);
                await relay.Gate(FaultDirection.Down).PassAsync(limit.Token);
                break;
            default:
                break;
        }
    }
}
