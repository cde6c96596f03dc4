using System.Collections.Immutable;
using System.IO.Pipelines;
using Tunnel.Mux.Link;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Tests.Sessions;

public sealed class PredecessorsTests
{
    private static readonly byte[] OneBridge = [1];
    private static readonly byte[] OtherBridge = [2];
    private static readonly byte[] Before = [10];
    private static readonly byte[] After = [11];

    [Fact]
    public void A_bridge_that_was_started_again_ends_what_it_left_without_a_connection()
    {
        var left = Session(OneBridge, Before, connected: false);
        Settle([left], Session(OneBridge, After));
        Assert.True(left.Link!.IsOver);
    }

    [Fact]
    public void A_connection_of_its_that_seems_to_live_must_show_that_it_does()
    {
        var left = Session(OneBridge, Before);
        Settle([left], Session(OneBridge, After));
        Assert.False(left.Link!.IsOver);
        Assert.True(left.IsSuspected);
    }

    [Fact]
    public void Other_bridges_and_its_own_sessions_are_left_alone()
    {
        var other = Session(OtherBridge, Before);
        var unknown = Session([], Before);
        Settle([other, unknown], Session(OneBridge, After));
        Assert.False(other.IsSuspected || unknown.IsSuspected);

        // One that has been here for longer says nothing of the process it shares a configuration with.
        var away = Session(OneBridge, Before, connected: false);
        var own = Session(OneBridge, After);
        Settle([away, own], Session(OneBridge, After));
        Assert.False(away.Link!.IsOver);
        Assert.False(own.IsSuspected);
    }

    private static void Settle(ImmutableArray<BridgeSession> sessions, BridgeSession newcomer) => Predecessors.Settle(sessions, newcomer);

    private static BridgeSession Session(byte[] bridge, byte[] process, bool connected = true)
    {
        var link = new SessionLink();
        if (connected)
        {
            var pipe = new Pipe();
            link.TryAttach(new LinkConnection(new Ends(pipe.Reader, pipe.Writer), () => { }, () => ValueTask.CompletedTask), 0);
        }

        return FakeSession.Bridge() with { Bridge = bridge, Process = process, Link = link };
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
