using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstRefused = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_first_retry_is_at_once(double chance)
    {
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(0, refused: false, null, chance));
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(0, refused: true, null, chance));
    }

    [Fact]
    public void It_doubles_up_to_the_cap()
    {
        var delays = Enumerable.Range(1, 9).Select(failures => Backoff.Delay(failures, refused: false, null, chance: 1).TotalSeconds);
        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30], delays);
    }

    [Fact]
    public void A_host_that_refuses_is_asked_again_soon()
    {
        var delays = Enumerable.Range(1, 6).Select(failures => Backoff.Delay(failures, refused: true, null, chance: 1).TotalSeconds);
        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.5, 1.5], delays);
    }

    [Theory]
    [InlineData(0, 5, 5)]
    [InlineData(1, 5, 5)]
    [InlineData(7, 5, 16)]
    [InlineData(0, 3600, 30)]
    [InlineData(0, -1, 0)]
    public void What_the_portal_asks_for_is_the_least_but_never_more_than_the_cap(int failures, double asked, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Backoff.Delay(failures, refused: false, TimeSpan.FromSeconds(asked), chance: 1));

    [Fact]
    public void The_jitter_takes_at_most_half_and_nothing_exceeds_a_cap()
    {
        var cases =
            from failures in Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(1000, int.MaxValue))
            from refused in Gen.Elements(true, false)
            from chance in Gen.Choose(0, 1000)
            select (Failures: failures, Refused: refused, Chance: chance / 1000.0);

        Prop.ForAll(cases.ToArbitrary(), item =>
        {
            var delay = Backoff.Delay(item.Failures, item.Refused, null, item.Chance);
            var longest = Backoff.Delay(item.Failures, item.Refused, null, 1);
            return delay <= longest
                && delay >= longest / 2
                && longest <= (item.Refused ? Backoff.RefusedCap : Backoff.Cap)
                && (item.Failures == 0 || delay >= (item.Refused ? FirstRefused : First) / 2)
                && longest <= Backoff.Delay(Math.Max(item.Failures, item.Failures + 1), item.Refused, null, 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
