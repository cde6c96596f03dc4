using Tunnel.Mux.Cool;

namespace Tunnel.Mux.Tests.Cool;

public sealed class ReceiveBudgetTests
{
    [Fact]
    public void What_is_taken_is_never_more_than_the_limit()
    {
        var budget = new ReceiveBudget(100);
        Assert.Equal(60, budget.TakeUpTo(60));
        Assert.Equal(40, budget.TakeUpTo(60));
        Assert.False(budget.HasRoom);
        Assert.Equal(0, budget.TakeUpTo(1));
        Assert.Equal(0, budget.TakeUpTo(0));
        budget.Release(10);
        Assert.True(budget.HasRoom);
        Assert.False(budget.TryTake(11));
        Assert.Equal(90, budget.Used);
        Assert.True(budget.TryTake(10));
        Assert.Equal(100, budget.Used);
    }
}
