using System.Buffers;
using Tunnel.Mux.Link;
using Tunnel.Mux.Output;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Link;

/// <summary>How much a link has on its way.</summary>
public sealed class LinkBoundTests
{
    [Theory]
    [InlineData(128 * 1024, null, 128 * 1024)]
    [InlineData(8 * 1024 * 1024, 1.0, (2 * 1024 * 1024) + 1_250_000)]
    [InlineData(3 * 1024 * 1024, 50.0, 3 * 1024 * 1024)]
    public async Task What_the_peer_has_not_acknowledged_is_kept_within_the_bound(int most, double? roundTrip, int bound)
    {
        const int Batch = 64 * 1024;
        var pool = new TrackingPool();
        var (near, far) = DuplexPipePair.Create(pauseThreshold: 100 * 1024 * 1024);
        var link = new SessionLink(new LinkOptions { Pool = pool, MaxUnacknowledged = most });
        ((IConnectionOwner)link.Output).RoundTrip = () => roundTrip is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        link.TryAttach(LinkPair.Wrap(near), 0);
        var written = 0;
        var flush = Task.CompletedTask;
        while (flush.IsCompleted)
        {
            await flush;
            link.Output.Write(new byte[Batch]);
            written += Batch;
            flush = link.Output.FlushAsync().AsTask();
            Assert.InRange(written, 0, bound + (2 * Batch));
        }

        Assert.InRange(written, bound, bound + (2 * Batch));

        // Acknowledged, it goes on; and what was acknowledged is given back.
        var held = pool.Rented;
        await far.Output.WriteAsync(LinkPair.Ack(bound));
        var reading = link.Input.ReadAsync().AsTask();
        await flush.WaitAsync(Condition.Patience);
        await link.Output.FlushAsync();
        Assert.InRange(pool.Rented, 1, held - 1);

        link.Close(new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Condition.Patience));
        await link.Output.CompleteAsync();
        pool.AssertAllReturned();
    }

    // Time stands still, so nothing but what was taken makes them acknowledge.
    [Fact]
    public async Task Sides_that_may_both_send_no_more_still_acknowledge()
    {
        const int Bytes = 2 * 1024 * 1024;
        var links = new LinkPair(new LinkOptions { MaxUnacknowledged = 64 * 1024, AcknowledgeEvery = 16 * 1024, Time = new ManualTimeProvider() });
        using var over = new CancellationTokenSource();
        var writing = new[] { SendAsync(links.Left, Bytes, over.Token), SendAsync(links.Right, Bytes, over.Token) };
        var (left, right) = (new TaskCompletionSource(), new TaskCompletionSource());
        var reading = new[] { TakeAsync(links.Left, Bytes, left), TakeAsync(links.Right, Bytes, right) };
        await Task.WhenAll(left.Task, right.Task).WaitAsync(Condition.Patience);
        await over.CancelAsync();
        await Task.WhenAll(writing);
        foreach (var link in new[] { links.Left, links.Right })
        {
            link.Close(new IOException("the test is over"));
            await link.Output.CompleteAsync();
        }

        await Task.WhenAll(reading).WaitAsync(Condition.Patience);
        await Condition.HoldsAsync(() => links.Connections == 0);
        links.Pool.AssertAllReturned();
    }

    /// <summary>Writes, and then does what an output loop does, until it is told to stop.</summary>
    private static async Task SendAsync(SessionLink link, int bytes, CancellationToken stop)
    {
        using var asked = new SemaphoreSlim(0);
        ((IConnectionOwner)link.Output).FlushNeeded = () => asked.Release();
        try
        {
            for (var sent = 0; sent < bytes; sent += 16 * 1024)
            {
                link.Output.Write(new byte[16 * 1024]);
                await link.Output.FlushAsync(stop);
            }

            while (true)
            {
                await asked.WaitAsync(stop);
                await link.Output.FlushAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            ((IConnectionOwner)link.Output).FlushNeeded = null;
        }
    }

    /// <summary>Reads until the link is closed: who has all of the other's bytes still needs its acknowledgements.</summary>
    private static async Task TakeAsync(SessionLink link, int bytes, TaskCompletionSource all)
    {
        try
        {
            for (var taken = 0L; ;)
            {
                var read = await link.Input.ReadAsync();
                taken += read.Buffer.Length;
                link.Input.AdvanceTo(read.Buffer.End);
                if (taken == bytes)
                {
                    all.TrySetResult();
                }
            }
        }
        catch (IOException)
        {
            await link.Input.CompleteAsync();
        }
    }
}
