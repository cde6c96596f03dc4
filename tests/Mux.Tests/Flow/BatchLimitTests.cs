using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class BatchLimitTests
{
    private static readonly TimeSpan NoTime = TimeSpan.Zero;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    [Fact]
    public void Whole_batches_that_take_no_time_make_larger_ones()
    {
        var limit = new BatchLimit();
        Assert.Equal(BatchLimit.Smallest, limit.Bytes);
        limit.OnFlushed(limit.Bytes, NoTime);
        Assert.Equal(2 * BatchLimit.Smallest, limit.Bytes);
        for (var i = 0; i < 10; i++)
        {
            limit.OnFlushed(limit.Bytes, NoTime);
        }

        Assert.Equal(BatchLimit.Largest, limit.Bytes);
    }

    [Fact]
    public void Small_ones_and_those_that_take_a_while_change_nothing()
    {
        var limit = new BatchLimit();
        limit.OnFlushed(BatchLimit.Smallest - 1, NoTime);
        limit.OnFlushed(BatchLimit.Smallest, TimeSpan.FromMilliseconds(4));
        Assert.Equal(BatchLimit.Smallest, limit.Bytes);
    }

    [Fact]
    public void A_slow_connection_gets_small_ones_again()
    {
        var limit = new BatchLimit();
        limit.OnFlushed(limit.Bytes, NoTime);
        limit.OnFlushed(limit.Bytes, NoTime);
        limit.OnFlushed(1, Long);
        Assert.Equal(2 * BatchLimit.Smallest, limit.Bytes);
        limit.OnFlushed(1, Long);
        limit.OnFlushed(1, Long);
        Assert.Equal(BatchLimit.Smallest, limit.Bytes);
    }
}
