using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Streams that a session does not take on: each fails alone, with a code that says that trying again is safe.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task No_more_streams_are_opened_than_the_peer_allows()
    {
        await using var pair = new SessionPair(acceptor: new MuxOptions { MaxStreams = 2 });
        var (first, firstAccepted) = await pair.OpenAsync();
        var (_, _) = await pair.OpenAsync(fromAcceptor: true);
        pair.Open(pair.Dialler);
        Assert.False(pair.Dialler.CanOpen);
        Assert.Null(pair.Dialler.TryOpen(SessionPair.Metadata));
        Assert.True(pair.Acceptor.CanOpen);

        first.Abort(MuxErrorCode.Cancel);
        await firstAccepted.Closed.WaitAsync(Condition.Patience);
        Assert.True(pair.Dialler.CanOpen);
        pair.Open(pair.Dialler);
    }

    [Fact]
    public async Task Streams_above_the_limit_are_refused_and_the_others_live()
    {
        await using var peer = new RawPeer(new MuxOptions { MaxStreams = 2 });
        await peer.SendPrefaceAsync();
        await peer.OpenAsync(1);
        var second = await peer.OpenAsync(3);
        await peer.SendAsync([.. RawPeer.OpenFrame(5), .. RawPeer.Frame(FrameType.Data, 5, new byte[100])]);
        var (reset, payload) = await peer.ReadResetAsync();
        Assert.Equal(5u, reset.StreamId);
        Assert.Equal(MuxErrorCode.Refused, ControlFrames.ReadCode(payload));
        await peer.SendFrameAsync(FrameType.Data, 3, "alive"u8.ToArray(), FrameFlags.Fin);
        Assert.Equal("alive"u8.ToArray(), await second.Input.ReadAllAsync());
    }

    [Fact]
    public async Task Streams_opened_too_fast_are_refused_to_the_opener_and_its_session_lives()
    {
        // The opener's own limit of resets is lower than the number of refusals: they are not the peer's fault.
        await using var pair = new SessionPair(
            dialler: new MuxOptions { MaxResetsPerSecond = 3 }, acceptor: new MuxOptions { MaxOpensPerSecond = 5, Time = new StoppedTime() });
        await pair.OpenAsync();
        var refused = 0;
        for (var i = 0; i < 14; i++)
        {
            var stream = pair.Open(pair.Dialler);
            if (i >= 4)
            {
                Assert.Equal(MuxErrorCode.Refused, (await stream.Input.FailureAsync()).Code);
                refused++;
            }
        }

        Assert.Equal(10, refused);
        Assert.Equal(5, pair.Dialler.StreamCount);
    }

    [Fact]
    public async Task Streams_that_ended_but_were_not_read_count_against_the_limit()
    {
        await using var peer = new RawPeer(new MuxOptions { MaxStreams = 2 });
        await peer.SendPrefaceAsync();
        var id = 1u;
        for (var i = 0; i < 4; i++, id += 2)
        {
            var stream = await peer.OpenAsync(id);
            await peer.SendFrameAsync(FrameType.Data, id, new byte[1000]);
            await peer.SendFrameAsync(FrameType.Reset, id, RawPeer.UInt32((uint)MuxErrorCode.Cancel));
            await stream.Closed.WaitAsync(Condition.Patience);
        }

        await peer.SendAsync(RawPeer.OpenFrame(id));
        Assert.Equal(id, (await peer.ReadResetAsync()).Header.StreamId);
        Assert.Equal(0, peer.Session.StreamCount);
    }

    [Fact]
    public async Task A_peer_that_ignores_smaller_windows_is_refused_when_the_budget_is_overrun()
    {
        await using var peer = new RawPeer(new MuxOptions { WindowBudget = 4 * 1024 * 1024, InitialWindow = 256 * 1024, MaxWindow = 256 * 1024 });
        await peer.SendPrefaceAsync();
        Assert.Equal(64u * 1024, (await peer.ReadPrefaceAsync()).InitialWindow);

        // Sixteen MiB, four times the budget, are 256 windows of 64 KiB.
        var id = 1u;
        for (var i = 0; i <= 256; i++, id += 2)
        {
            await peer.OpenAsync(id);
        }

        await peer.SendAsync(RawPeer.OpenFrame(id));
        var (reset, payload) = await peer.ReadResetAsync();
        Assert.Equal(id, reset.StreamId);
        Assert.Equal(MuxErrorCode.Refused, ControlFrames.ReadCode(payload));
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
