using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class WindowBudgetTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    [Theory]
    [InlineData(0, 256 * KiB)]
    [InlineData(48 * MiB, 256 * KiB)]
    [InlineData((48 * MiB) + 1, 128 * KiB)]
    [InlineData(57 * MiB, 64 * KiB)]
    [InlineData(62 * MiB, 32 * KiB)]
    [InlineData(63 * MiB, 16 * KiB)]
    [InlineData(64 * MiB, 16 * KiB)]
    [InlineData(1000L * MiB, 16 * KiB)]
    public void New_windows_are_powers_of_two_that_shrink_as_the_budget_fills(long committed, int window)
    {
        var budget = new WindowBudget(64 * MiB, 256 * KiB, MemoryCeiling.None);
        budget.Commit(committed);
        Assert.Equal(window, budget.InitialWindow);
        budget.Release(committed);
        Assert.Equal(256 * KiB, budget.InitialWindow);
    }

    [Fact]
    public void It_is_overrun_at_four_times_its_limit()
    {
        var budget = new WindowBudget(MiB, 16 * KiB, MemoryCeiling.None);
        budget.Commit(4 * MiB);
        Assert.False(budget.IsOverrun);
        budget.Commit(1);
        Assert.True(budget.IsOverrun);
    }
}
