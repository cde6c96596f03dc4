using Tunnel.Testing.Time;

namespace Tunnel.Portal.Tests;

public sealed class LineThrottleTests
{
    [Fact]
    public void One_line_passes_in_the_interval_and_the_next_one_says_how_many_did_not()
    {
        var time = new ManualTimeProvider();
        var throttle = new LineThrottle(TimeSpan.FromSeconds(1), time);

        Assert.True(throttle.TryPass(out var heldBack));
        Assert.Equal(0, heldBack);
        Assert.False(throttle.TryPass(out _));
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(throttle.TryPass(out _));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(throttle.TryPass(out heldBack));
        Assert.Equal(2, heldBack);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(throttle.TryPass(out heldBack));
        Assert.Equal(0, heldBack);
    }
}
