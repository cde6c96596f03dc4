using Tunnel.Shared.Balancing;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Balancing;

public sealed class FailureGateTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void One_failure_closes_it_for_the_time()
    {
        var gate = new FailureGate(1, Timeout, _time);

        Assert.True(gate.Fail());
        Assert.False(gate.IsOpen);
        Assert.False(gate.Fail());
        _time.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.False(gate.IsOpen);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void After_the_time_one_connection_is_a_trial_and_its_success_opens_it()
    {
        var gate = new FailureGate(1, Timeout, _time);
        gate.Fail();
        _time.Advance(Timeout);

        var begun = gate.Begin();
        Assert.False(gate.IsOpen);
        Assert.True(gate.Succeed(begun));
        Assert.True(gate.IsOpen);
        Assert.False(gate.Succeed(begun));
    }

    [Fact]
    public void A_trial_that_fails_or_says_nothing_closes_it_for_the_time_again()
    {
        var gate = new FailureGate(1, Timeout, _time);
        gate.Fail();
        _time.Advance(Timeout);
        gate.Begin();
        gate.Fail();
        Assert.False(gate.IsOpen);
        _time.Advance(Timeout);
        Assert.True(gate.IsOpen);
        gate.Begin();
        Assert.False(gate.IsOpen);
        _time.Advance(Timeout);
        Assert.True(gate.IsOpen);
    }

    [Fact]
    public void The_success_of_a_connection_that_began_before_it_closed_proves_nothing()
    {
        var gate = new FailureGate(1, Timeout, _time);
        var before = gate.Begin();
        gate.Fail();

        Assert.False(gate.Succeed(before));
        Assert.False(gate.IsOpen);
    }

    [Fact]
    public void Failures_count_within_the_time_only()
    {
        var gate = new FailureGate(3, Timeout, _time);

        Assert.False(gate.Fail());
        Assert.False(gate.Fail());
        _time.Advance(Timeout + TimeSpan.FromTicks(1));
        Assert.False(gate.Fail());
        Assert.False(gate.Fail());
        Assert.True(gate.Fail());
        Assert.True(gate.Reset());
        Assert.True(gate.IsOpen);
        Assert.False(gate.Reset());
        Assert.False(gate.Fail());
    }

    [Fact]
    public void Zero_failures_never_close_it()
    {
        var gate = new FailureGate(0, Timeout, _time);

        Assert.False(gate.Fail());
        Assert.True(gate.IsOpen);
    }
}
