using Tunnel.Bridge.Workers;

namespace Tunnel.Bridge.Tests.Workers;

public sealed class RetryStateTests
{
    [Fact]
    public void Failed_dials_add_up()
    {
        var state = new RetryState();
        Assert.Equal(0, state.Failures);
        state.DialFailed();
        state.DialFailed();
        Assert.Equal(2, state.Failures);
    }

    [Fact]
    public void The_first_young_loss_is_free_and_the_next_ones_add_up()
    {
        var state = new RetryState();
        state.DialFailed();
        state.DialFailed();
        state.SessionDiedYoung();
        Assert.Equal(0, state.Failures);
        state.SessionDiedYoung();
        state.SessionDiedYoung();
        Assert.Equal(2, state.Failures);
    }

    [Fact]
    public void A_stable_session_begins_anew()
    {
        var state = new RetryState();
        state.SessionDiedYoung();
        state.SessionDiedYoung();
        state.SessionIsStable();
        Assert.Equal(0, state.Failures);
        state.SessionDiedYoung();
        Assert.Equal(0, state.Failures);
    }
}
