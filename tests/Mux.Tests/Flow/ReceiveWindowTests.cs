using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class ReceiveWindowTests
{
    private const int Window = 64 * 1024;

    private readonly WindowBudget _budget = new(64 * 1024 * 1024, 256 * 1024, MemoryCeiling.None);

    [Fact]
    public void A_peer_may_send_its_credit_and_not_a_byte_more()
    {
        var window = new ReceiveWindow(Window, Window, TimeSpan.Zero);
        Assert.True(window.TryReceive(Window));
        Assert.False(window.TryReceive(1));
    }

    [Fact]
    public void Credit_returns_at_a_quarter()
    {
        var window = new ReceiveWindow(Window, Window, TimeSpan.Zero);
        Assert.True(window.TryReceive(Window));
        Assert.False(window.Consume((Window / 4) - 1));
        Assert.True(window.Consume(1));
        Assert.Equal(Window / 4, window.TakeGrant(TimeSpan.FromSeconds(1), null, _budget));
        Assert.True(window.TryReceive(Window / 4));
        Assert.False(window.TryReceive(1));
    }

    [Theory]
    [InlineData(100, 31, true)] // half the window in less than a third of a round trip: 16 KiB in 31 ms at 100 ms
    [InlineData(100, 49, true)]
    [InlineData(100, 50, false)] // a quarter in half a round trip is exactly the rate the window allows
    [InlineData(100, 200, false)]
    [InlineData(0, 1, false)]
    public void The_window_doubles_when_the_rate_fills_more_than_half_of_it_per_round_trip(int roundTrip, int elapsed, bool grows)
    {
        var window = new ReceiveWindow(Window, 16 * Window, TimeSpan.FromSeconds(10));
        window.TryReceive(Window);
        window.MarkStarved();
        window.Consume(Window / 4);
        _budget.Commit(Window);
        var grant = window.TakeGrant(TimeSpan.FromSeconds(10) + TimeSpan.FromMilliseconds(elapsed), TimeSpan.FromMilliseconds(roundTrip), _budget);
        Assert.Equal(grows ? (Window / 4) + Window : Window / 4, grant);
        Assert.Equal(grows ? 2 * Window : Window, window.Size);
        Assert.Equal(window.Size, _budget.Committed);
    }

    [Fact]
    public void It_does_not_grow_for_a_reader_that_never_waited()
    {
        var window = new ReceiveWindow(Window, 16 * Window, TimeSpan.Zero);
        window.TryReceive(Window);
        window.Consume(Window);
        Assert.Equal(Window, window.TakeGrant(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), _budget));
    }

    [Fact]
    public void It_grows_to_the_largest_and_no_further()
    {
        var window = new ReceiveWindow(Window, 3 * Window, TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
        {
            window.TryReceive(window.Size / 2);
            window.MarkStarved();
            window.Consume(window.Size / 2);
            window.TakeGrant(TimeSpan.FromMilliseconds(i), TimeSpan.FromSeconds(1), _budget);
        }

        Assert.Equal(3 * Window, window.Size);
        Assert.Equal(2 * Window, _budget.Committed);
    }

    [Fact]
    public void It_grows_only_while_the_budget_keeps_a_quarter_for_newcomers()
    {
        var budget = new WindowBudget(1024 * 1024, Window, MemoryCeiling.None);
        budget.Commit(768 * 1024 - Window + 1);
        var window = new ReceiveWindow(Window, 16 * Window, TimeSpan.Zero);
        window.TryReceive(Window);
        window.MarkStarved();
        window.Consume(Window);
        Assert.Equal(Window, window.TakeGrant(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), budget));
        Assert.Equal(768 * 1024 - Window + 1, budget.Committed);
    }

    [Fact]
    public void The_sums_do_not_overflow()
    {
        Assert.True(ReceiveWindow.ShouldGrow(long.MaxValue, long.MaxValue, 1, long.MaxValue));
        Assert.False(ReceiveWindow.ShouldGrow(1, 1, long.MaxValue, long.MaxValue));
    }
}
