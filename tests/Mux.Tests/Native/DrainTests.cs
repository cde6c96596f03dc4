using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

public sealed class DrainTests
{
    [Fact]
    public async Task A_drain_without_streams_ends_both_sides_in_order()
    {
        await using var pair = new SessionPair();
        await pair.Acceptor.DrainAsync(CancellationToken.None).WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: false, "the session was closed"), await pair.Acceptor.Completion);
        var end = await pair.Dialler.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: true, "the peer closed the session"), end);
    }

    [Fact]
    public async Task A_drain_lets_streams_finish_and_takes_no_more()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var drain = pair.Acceptor.DrainAsync(CancellationToken.None);
        await pair.Dialler.Draining.WaitAsync(Condition.Patience);
        Assert.True(pair.Acceptor.Draining.IsCompleted);
        Assert.False(pair.Acceptor.CanOpen);
        Assert.False(pair.Dialler.CanOpen);
        Assert.Null(pair.Dialler.TryOpen(SessionPair.Metadata));

        await opened.Output.WriteAsync("question"u8.ToArray());
        await opened.Output.CompleteAsync();
        Assert.Equal("question"u8.ToArray(), await accepted.Input.ReadAllAsync());
        Assert.False(drain.IsCompleted);
        var answer = new byte[200_000];
        Random.Shared.NextBytes(answer);
        var reading = opened.Input.ReadAllAsync();
        await accepted.Output.WriteAsync(answer);
        await accepted.Output.CompleteAsync();
        Assert.Equal(answer, await reading);
        await drain.WaitAsync(Condition.Patience);
        Assert.True((await pair.Acceptor.Completion).IsOrderly);
        Assert.True((await pair.Dialler.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    [Fact]
    public async Task Both_sides_may_drain_at_once()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var drains = Task.WhenAll(pair.Dialler.DrainAsync(CancellationToken.None), pair.Acceptor.DrainAsync(CancellationToken.None));
        await opened.Output.CompleteAsync();
        await accepted.Output.CompleteAsync();
        await drains.WaitAsync(Condition.Patience);
        Assert.True((await pair.Dialler.Completion).IsOrderly);
        Assert.True((await pair.Acceptor.Completion).IsOrderly);
    }

    [Fact]
    public async Task A_stream_that_crosses_the_goaway_is_refused_with_a_code_that_is_safe_to_retry()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var opened = peer.Own(peer.Session.TryOpen(SessionPair.Metadata)!);
        var second = peer.Own(peer.Session.TryOpen(SessionPair.Metadata)!);
        await peer.SendFrameAsync(FrameType.GoAway, 0, [.. RawPeer.UInt32(2), .. RawPeer.UInt32(0)]);
        Assert.Equal(MuxErrorCode.Refused, (await second.Input.FailureAsync()).Code);
        Assert.False(opened.Closed.IsCompleted);
        await peer.SendFrameAsync(FrameType.Data, 2, "still here"u8.ToArray(), FrameFlags.Fin);
        Assert.Equal("still here"u8.ToArray(), await opened.Input.ReadAllAsync());
    }

    [Fact]
    public async Task Data_behind_an_open_that_crossed_the_goaway_does_no_harm()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        var drain = peer.Session.DrainAsync(CancellationToken.None);
        await peer.ReadPrefaceAsync();
        Assert.Equal([0, 0, 0, 1], (await peer.ReadFrameAsync(FrameType.GoAway)).Payload[..4]);
        await peer.SendAsync(
            [.. RawPeer.OpenFrame(3), .. RawPeer.Frame(FrameType.Data, 3, new byte[9]), .. RawPeer.Frame(FrameType.Data, 1, "x"u8.ToArray(), FrameFlags.Fin)]);
        var (reset, payload) = await peer.ReadFrameAsync(FrameType.Reset);
        Assert.Equal(3u, reset.StreamId);
        Assert.Equal(MuxErrorCode.Refused, ControlFrames.ReadCode(payload));
        Assert.Equal("x"u8.ToArray(), await stream.Input.ReadAllAsync());
        await stream.Output.CompleteAsync();

        // The farewell names the same last stream, and the session waits for the peer to close.
        Assert.Equal([0, 0, 0, 1], (await peer.ReadFrameAsync(FrameType.GoAway)).Payload[..4]);
        Assert.False(drain.IsCompleted);
        await peer.Output.CompleteAsync();
        await drain.WaitAsync(Condition.Patience);
        Assert.True((await peer.Session.Completion).IsOrderly);
    }

    [Fact]
    public async Task At_the_deadline_what_is_left_is_reset()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        using var deadline = new CancellationTokenSource();
        var drain = pair.Dialler.DrainAsync(deadline.Token);
        await pair.Acceptor.Draining.WaitAsync(Condition.Patience);
        await deadline.CancelAsync();
        await drain.WaitAsync(Condition.Patience);
        Assert.Equal(MuxErrorCode.Cancel, (await pair.Dialler.Completion).Code);
        Assert.Equal(MuxErrorCode.SessionLost, (await opened.Input.FailureAsync()).Code);
        Assert.Equal(MuxErrorCode.SessionLost, (await accepted.Input.FailureAsync()).Code);
        Assert.True((await pair.Acceptor.Completion.WaitAsync(Condition.Patience)).ByPeer);
    }

    [Fact]
    public async Task A_peer_that_does_not_close_is_not_waited_for_without_end()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        await peer.Session.DrainAsync(CancellationToken.None).WaitAsync(Condition.Patience);
        Assert.True((await peer.Session.Completion).IsOrderly);
    }

    [Fact]
    public async Task A_session_out_of_stream_numbers_drains()
    {
        await using var pair = new SessionPair(dialler: new MuxOptions { LastStreamId = 5 });
        for (var i = 0; i < 3; i++)
        {
            Assert.False(pair.Acceptor.Draining.IsCompleted);
            var (opened, accepted) = await pair.OpenAsync();
            await opened.Output.CompleteAsync();
            await accepted.Output.CompleteAsync();
        }

        Assert.Null(pair.Dialler.TryOpen(SessionPair.Metadata));
        await pair.Acceptor.Draining.WaitAsync(Condition.Patience);
        Assert.True((await pair.Dialler.Completion.WaitAsync(Condition.Patience)).IsOrderly);
        Assert.True((await pair.Acceptor.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    [Fact]
    public async Task The_peers_reason_is_found_though_it_takes_no_more_bytes()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        await peer.Input.CompleteAsync();
        peer.Own(peer.Session.TryOpen(SessionPair.Metadata)!).Abort(MuxErrorCode.Cancel);
        await peer.SendFrameAsync(
            FrameType.GoAway, 0, [.. RawPeer.UInt32(0), .. RawPeer.UInt32((uint)MuxErrorCode.EnhanceYourCalm), .. "slower"u8]);
        var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.EnhanceYourCalm, ByPeer: true, "the peer ended the session and said: slower"), end);
    }
}
