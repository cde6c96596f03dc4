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
    [InlineData(100, 100, true)]
    [InlineData(100, 199, true)]
    [InlineData(100, 200, false)]
    [InlineData(100, 1000, false)]
    [InlineData(0, 1, false)] // on the shortest ways half a millisecond counts
    public void The_window_doubles_when_it_was_consumed_within_two_round_trips(int roundTrip, int elapsed, bool grows)
    {
        var window = new ReceiveWindow(Window, 16 * Window, TimeSpan.FromSeconds(10));
        _budget.Commit(Window);
        var granted = 0;
        for (var quarter = 1; quarter <= 4; quarter++)
        {
            // As bytes come: three quarters in a burst, and the last after a while.
            window.TryReceive(Window / 4);
            window.MarkStarved();
            Assert.True(window.Consume(Window / 4));
            var now = TimeSpan.FromSeconds(10) + TimeSpan.FromMilliseconds(quarter < 4 ? 0 : elapsed);
            granted += window.TakeGrant(now, TimeSpan.FromMilliseconds(roundTrip), _budget);
            Assert.Equal(quarter == 4 && grows ? 2 * Window : Window, window.Size);
        }

        Assert.Equal(grows ? 2 * Window : Window, granted);
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
