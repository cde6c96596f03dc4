using Tunnel.Mux.Buffers;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Buffers;

public sealed class BlockPoolTests
{
    [Fact]
    public void Blocks_are_counted_and_used_again_the_warmest_first()
    {
        using var pool = new BlockPool(new ManualTimeProvider());
        var first = pool.Rent();
        var second = pool.Rent(BlockPool.BlockSize);
        Assert.Equal(BlockPool.BlockSize, first.Memory.Length);
        Assert.Equal((2, 0), (pool.Rented, pool.Free));
        first.Dispose();
        second.Dispose();
        Assert.Equal((0, 2), (pool.Rented, pool.Free));
        Assert.Same(second, pool.Rent());
        Assert.Same(first, pool.Rent());
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void A_block_is_returned_once()
    {
        using var pool = new BlockPool(new ManualTimeProvider());
        var block = pool.Rent();
        block.Dispose();
        Assert.Throws<InvalidOperationException>(block.Dispose);
        Assert.Equal((0, 1), (pool.Rented, pool.Free));
    }

    [Fact]
    public void More_than_a_block_is_refused()
    {
        using var pool = new BlockPool(new ManualTimeProvider());
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockPool.BlockSize + 1));
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public void Blocks_that_nobody_needs_go_by_halves()
    {
        var clock = new ManualTimeProvider();
        using var pool = new BlockPool(clock);
        var blocks = Enumerable.Range(0, 1000).Select(_ => pool.Rent()).ToList();
        clock.Advance(TimeSpan.FromSeconds(10));
        blocks.ForEach(block => block.Dispose());
        Assert.Equal(1000, pool.Free);

        // They were needed within the first interval, not in the second.
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1000, pool.Free);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(500, pool.Free);

        // What is in use again and again stays.
        for (var i = 0; i < 20; i++)
        {
            var used = Enumerable.Range(0, 100).Select(_ => pool.Rent()).ToList();
            used.ForEach(block => block.Dispose());
            clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.InRange(pool.Free, 100, 110);
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, pool.Free);
    }

    [Fact]
    public async Task Threads_may_share_it()
    {
        var clock = new ManualTimeProvider();
        using var pool = new BlockPool(clock);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                using var block = pool.Rent();
                using var other = random.Next(2) == 0 ? pool.Rent() : null;
                block.Memory.Span[0] = (byte)seed;
                Assert.Equal((byte)seed, block.Memory.Span[0]);
                if (i % 1000 == 0)
                {
                    pool.Trim();
                }
            }
        })));
        Assert.Equal(0, pool.Rented);
    }
}
