using System.IO.Pipelines;
using Tunnel.Testing.Memory;
using Xunit.Sdk;

namespace Tunnel.EndToEnd.Helpers;

/// <summary>A pool that finds faults must not miss them.</summary>
public sealed class LeakCheckingPoolTests
{
    [Fact]
    public void A_leaked_block_fails()
    {
        var pool = new LeakCheckingPool(traceRents: true);
        pool.Rent();

        Assert.Equal(1, pool.Outstanding);
        var failure = Assert.ThrowsAny<XunitException>(pool.Dispose);
        Assert.Contains(nameof(A_leaked_block_fails), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_returned_twice_fails_there_and_in_the_end()
    {
        var pool = new LeakCheckingPool();
        var block = pool.Rent();
        block.Dispose();

        Assert.Throws<InvalidOperationException>(block.Dispose);
        Assert.ThrowsAny<XunitException>(pool.Dispose);
    }

    [Fact]
    public void A_block_used_after_its_return_reads_rubbish()
    {
        using var pool = new LeakCheckingPool();
        var block = pool.Rent();
        var kept = block.Memory;
        block.Dispose();

        Assert.Throws<ObjectDisposedException>(() => block.Memory);
        Assert.Equal(LeakCheckingPool.Poison, kept.Span[0]);
    }

    [Fact]
    public async Task A_pipe_that_is_completed_leaks_nothing()
    {
        using var pool = new LeakCheckingPool();
        var pipe = new Pipe(new PipeOptions(pool, pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(new byte[100_000]);
        var read = await pipe.Reader.ReadAsync();
        pipe.Reader.AdvanceTo(read.Buffer.GetPosition(50_000));
        Assert.NotEqual(0, pool.Outstanding);

        await pipe.Writer.CompleteAsync();
        await pipe.Reader.CompleteAsync();

        pool.AssertAllReturned();
    }
}
