using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Tests.Dispatch;

public sealed class ConnectionTrackerTests
{
    [Fact]
    public async Task Nothing_to_drain_is_drained_at_once()
    {
        using var tracker = new ConnectionTracker();
        await tracker.DrainAsync(CancellationToken.None);
        Assert.False(tracker.Aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task A_drain_waits_for_every_connection()
    {
        using var tracker = new ConnectionTracker();
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        tracker.Run(_ => first.Task);
        tracker.Run(_ => second.Task);
        Assert.Equal(2, tracker.Count);

        var drained = tracker.DrainAsync(CancellationToken.None);
        Assert.Equal(2, tracker.Count);
        first.SetResult();
        await Transport.Wait.UntilAsync(() => tracker.Count == 1, "one has ended");
        Assert.False(drained.IsCompleted);
        second.SetResult();
        await drained;
        Assert.Equal(0, tracker.Count);
        Assert.False(tracker.Aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task What_is_left_when_patience_ends_is_aborted_and_waited_for()
    {
        using var tracker = new ConnectionTracker();
        using var patience = new CancellationTokenSource();
        var (aborted, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        tracker.Run(async token =>
        {
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            aborted.SetResult();
            await ended.Task;
        });

        var drained = tracker.DrainAsync(patience.Token);
        Assert.False(aborted.Task.IsCompleted);
        await patience.CancelAsync();
        await aborted.Task;
        Assert.False(drained.IsCompleted);
        ended.SetResult();
        await drained;
    }

    [Fact]
    public async Task A_connection_that_throws_is_over()
    {
        using var tracker = new ConnectionTracker();
        tracker.Run(_ => throw new InvalidOperationException("a bug"));
        await tracker.DrainAsync(CancellationToken.None);
        await tracker.DrainAsync(new CancellationToken(canceled: true));
    }

    [Fact]
    public async Task The_caller_is_not_held_by_what_a_connection_does_first()
    {
        using var tracker = new ConnectionTracker();
        using var gate = new ManualResetEventSlim();
        tracker.Run(_ =>
        {
            gate.Wait();
            return Task.CompletedTask;
        });
        Assert.Equal(1, tracker.Count);
        gate.Set();
        await tracker.DrainAsync(CancellationToken.None);
    }
}
