using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Faults;

/// <summary>One connection through a <see cref="FaultRelay"/>: two sockets and what flows between them.</summary>
internal sealed class RelayedConnection(FaultRelay relay, Socket bridge, EndPoint upstream, CancellationToken stop)
{
    // Longer than any peer needs to find out that nothing comes any more.
    private static readonly TimeSpan ForgottenFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FinishingFor = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<RelayCut> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when both sockets are closed.</summary>
    public Task Ended => _ended.Task;

    public void Start() => _ = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Whether it was not cut before.</summary>
    public bool Cut(RelayCut how) => _cut.TrySetResult(how);

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
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
        await Task.WhenAny(carrying, _cut.Task);
        await end.CancelAsync();
        var intact = await carrying;
        if (_cut.Task.IsCompletedSuccessfully)
        {
            await CutAsync(await _cut.Task, portal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (!intact)
        {
            await BreakAsync(portal).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        bridge.Dispose();
        portal.Dispose();
        _ended.SetResult();
    }

    /// <summary>Whether both sides have ended in good order.</summary>
    private async Task<bool> CarryAsync(Socket portal, CancellationToken cancellation)
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
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task CutAsync(RelayCut how, Socket portal)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        switch (how)
        {
            case RelayCut.Finish:
                limit.CancelAfter(FinishingFor);
                await Task.WhenAll(FinishAsync(bridge, limit.Token), FinishAsync(portal, limit.Token));
                break;
            case RelayCut.Forget:
                await Task.Delay(ForgottenFor, limit.Token);
                break;
            case RelayCut.HalfOpen:
                Reset(bridge);
                await Task.Delay(ForgottenFor, limit.Token);
                break;
            default:
                Reset(bridge);
                Reset(portal);
                break;
        }
    }

    private async Task BreakAsync(Socket portal)
    {
        if (relay.Blackhole is not FaultDirection.None)
        {
            // No more than bytes does the end of one side pass through a blackhole.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(ForgottenFor);
            await relay.Gate(FaultDirection.Up).PassAsync(limit.Token);
            await relay.Gate(FaultDirection.Down).PassAsync(limit.Token);
        }

        Reset(bridge);
        Reset(portal);
    }
}
