using Tunnel.Mux.Framing;
using Tunnel.Mux.Native;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Signs of life, under a clock that the tests move.</summary>
public sealed class KeepAliveSessionTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task A_silent_peer_is_asked_after_5_seconds_and_found_dead_within_15()
    {
        await using var peer = await StartAsync();
        var stream = await peer.OpenAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await peer.ReadFrameAsync(FrameType.Ping);
        _clock.Advance(TimeSpan.FromSeconds(7));
        Assert.False(peer.Session.Completion.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await peer.ExpectEndAsync(MuxErrorCode.PeerSilent);
        Assert.Equal(MuxErrorCode.SessionLost, (await stream.Input.FailureAsync()).Code);
    }

    [Fact]
    public async Task An_idle_peer_that_answers_lives()
    {
        await using var peer = await StartAsync();
        for (var round = 0u; round < 12; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(6));
            var (_, payload) = await peer.ReadFrameAsync(FrameType.Ping);
            await peer.SendFrameAsync(FrameType.Ping, 0, payload, FrameFlags.Ack);

            // The answer has arrived when what follows it has.
            await peer.OpenAsync((round * 2) + 1);
        }

        Assert.False(peer.Session.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_peer_that_sends_anything_is_not_asked()
    {
        await using var peer = await StartAsync();
        for (var second = 0u; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await peer.OpenAsync((second * 2) + 1);
        }

        Assert.False(peer.Session.Completion.IsCompleted);
        await peer.Session.DisposeAsync();
        Assert.Equal(FrameType.GoAway, (await peer.ReadFrameAsync(FrameType.Ping, FrameType.GoAway)).Header.Type);
    }

    [Fact]
    public async Task Round_trips_are_measured_while_data_flows_and_the_smallest_counts()
    {
        await using var peer = await StartAsync();
        var stream = await peer.OpenAsync(1);
        foreach (var milliseconds in (int[])[80, 30, 120])
        {
            await peer.SendFrameAsync(FrameType.Data, 1, new byte[10]);
            await stream.Input.ReadExactlyAsync(10);

            // Exactly to the next tick of the watch, so that the ping goes out at a known time.
            _clock.Advance(TimeSpan.FromSeconds(Math.Floor(_clock.Now.TotalSeconds) + 1) - _clock.Now);
            var (_, payload) = await peer.ReadFrameAsync(FrameType.Ping);
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            await peer.SendFrameAsync(FrameType.Ping, 0, payload, FrameFlags.Ack);
            await peer.SendFrameAsync(FrameType.Data, 1, new byte[1]);
            await stream.Input.ReadExactlyAsync(1);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(30), peer.Session.RoundTripTime);
    }

    private async Task<RawPeer> StartAsync()
    {
        var peer = new RawPeer(new MuxOptions { Time = _clock });
        await peer.SendPrefaceAsync();
        var (_, payload) = await peer.ReadFrameAsync(FrameType.Ping);
        await Condition.HoldsAsync(() => _clock.ActiveTimers > 0);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        await peer.SendFrameAsync(FrameType.Ping, 0, payload, FrameFlags.Ack);
        await Condition.HoldsAsync(() => peer.Session.RoundTripTime == TimeSpan.FromMilliseconds(50));
        for (var early = 0; early < FrameReceiver.EarlyPings; early++)
        {
            (_, payload) = await peer.ReadFrameAsync(FrameType.Ping);
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            await peer.SendFrameAsync(FrameType.Ping, 0, payload, FrameFlags.Ack);
        }

        // Its answer says that all before has arrived: a clock that moved earlier would find a ping without an answer.
        await peer.SendFrameAsync(FrameType.Ping, 0, new byte[8]);
        Assert.Equal(FrameFlags.Ack, (await peer.ReadFrameAsync(FrameType.Ping)).Header.Flags);
        return peer;
    }
}
