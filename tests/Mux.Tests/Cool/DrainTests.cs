using Tunnel.Mux.Cool;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>How a session ends: in a drain, with its numbers, or because the peer is silent.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task An_opener_that_drains_opens_no_more_and_ends_with_its_last_stream()
    {
        await using var pair = new CoolPair();
        var (opened, accepted) = await pair.OpenAsync();
        var drain = pair.Opener.DrainAsync(CancellationToken.None);
        Assert.True(pair.Opener.Draining.IsCompletedSuccessfully);
        Assert.False(pair.Opener.CanOpen);
        Assert.Null(pair.Opener.TryOpen(new StreamMetadata(Frames.Target)));
        await accepted.Output.WriteAsync("last words"u8.ToArray());
        await accepted.Output.CompleteAsync();
        Assert.Equal("last words"u8.ToArray(), await opened.Input.ReadAllAsync());
        Assert.False(drain.IsCompleted);
        await opened.Output.CompleteAsync();
        await drain.WaitAsync(Condition.Patience);
        Assert.True((await pair.Opener.Completion).IsOrderly);
        Assert.Empty(await accepted.Input.ReadAllAsync());
        await pair.Responder.Completion.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_responder_that_drains_takes_streams_until_there_is_none()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var first = await peer.OpenAsync(1);
        var drain = peer.Session.DrainAsync(CancellationToken.None);
        Assert.True(peer.Session.Draining.IsCompletedSuccessfully);
        var second = await peer.OpenAsync(2);
        await peer.SendAsync(Frames.End(1));
        await first.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await first.Closed.WaitAsync(Condition.Patience);
        Assert.False(drain.IsCompleted);
        await peer.SendAsync(Frames.End(2));
        await second.Output.WriteAsync(new byte[] { 5 });
        await second.Output.CompleteAsync();
        await peer.ExpectDataAsync(2, 5);
        await peer.ExpectEndAsync(2);
        await peer.ExpectCloseAsync();
        await drain.WaitAsync(Condition.Patience);
        Assert.True((await peer.Session.Completion).IsOrderly);
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task A_drain_without_streams_ends_at_once(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role);
        await peer.Session.DrainAsync(CancellationToken.None).WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: false, "the session was closed"), await peer.Session.Completion);
        await peer.ExpectCloseAsync();
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_resets_what_is_left()
    {
        await using var pair = new CoolPair();
        var (opened, accepted) = await pair.OpenAsync();
        using var patience = new CancellationTokenSource();
        var drain = pair.Opener.DrainAsync(patience.Token);
        await patience.CancelAsync();
        await drain.WaitAsync(Condition.Patience);
        Assert.Equal(MuxErrorCode.SessionLost, (await opened.Input.FailureAsync()).Code);
        Assert.Equal(MuxErrorCode.SessionLost, (await accepted.Input.FailureAsync()).Code);
        Assert.Equal(MuxErrorCode.Cancel, (await pair.Opener.Completion).Code);
    }

    [Fact]
    public async Task A_peer_that_is_known_to_drain_and_leaves_without_streams_leaves_in_order()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        Assert.False(peer.Session.Draining.IsCompleted);
        peer.Session.MarkPeerDraining();
        Assert.True(peer.Session.Draining.IsCompletedSuccessfully);
        var late = await peer.OpenAsync(1);
        await peer.SendAsync(Frames.End(1));
        await late.Output.CompleteAsync();
        await late.Closed.WaitAsync(Condition.Patience);
        await peer.Output.CompleteAsync();
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: true, "the peer closed the session"), await peer.Session.Completion.WaitAsync(Condition.Patience));
    }

    [Fact]
    public async Task When_its_numbers_are_used_up_an_opener_drains()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, new CoolOptions { MaxStreamsEver = 3 });
        for (var i = 1; i <= 3; i++)
        {
            Assert.True(peer.Session.CanOpen);
            Assert.Equal(i, (await peer.BeOpenedAsync()).Id);
        }

        Assert.False(peer.Session.CanOpen);
        Assert.Null(peer.Session.TryOpen(new StreamMetadata(Frames.Target)));
        Assert.True(peer.Session.Draining.IsCompletedSuccessfully);
        Assert.False(peer.Session.Completion.IsCompleted);
        await peer.SendAsync(Frames.End(1, isError: true), Frames.End(2, isError: true), Frames.End(3, isError: true));
        Assert.True((await peer.Session.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    [Fact]
    public async Task All_numbers_can_be_used()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, new CoolOptions { MaxStreamsEver = ushort.MaxValue });
        var reading = Task.Run(async () =>
        {
            for (var id = 1; id <= ushort.MaxValue; id++)
            {
                Assert.Equal(id, (await peer.ReadAsync()).Frame.Id);
                await peer.SendAsync(Frames.End((ushort)id, isError: true));
            }
        });
        for (var id = 1; id <= ushort.MaxValue; id++)
        {
            await Condition.HoldsAsync(() => peer.Session.CanOpen);
            var stream = peer.Session.TryOpen(new StreamMetadata(Frames.Target))!;
            await stream.Closed.WaitAsync(Condition.Patience);
            await stream.Input.CompleteAsync();
            await stream.Output.CompleteAsync();
        }

        await reading;
        Assert.True((await peer.Session.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    [Fact]
    public async Task An_opener_has_no_more_streams_at_once_than_it_may()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, new CoolOptions { MaxStreams = 2 });
        await peer.BeOpenedAsync();
        var second = await peer.BeOpenedAsync();
        Assert.False(peer.Session.CanOpen);
        Assert.Null(peer.Session.TryOpen(new StreamMetadata(Frames.Target)));
        second.Abort(MuxErrorCode.Cancel);
        await peer.ExpectEndAsync(2, isError: true);
        await peer.BeOpenedAsync();
    }

    [Fact]
    public async Task A_silent_peer_is_dead_where_the_options_say_so()
    {
        var clock = new ManualTimeProvider();
        await using var peer = new CoolRawPeer(CoolRole.Responder, new CoolOptions { Time = clock, SilenceTimeout = TimeSpan.FromSeconds(10) });
        await Condition.HoldsAsync(() => clock.ActiveTimers > 0);
        clock.Advance(TimeSpan.FromSeconds(9));
        await peer.OpenAsync(1);
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(peer.Session.Completion.IsCompleted);
        await Condition.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return peer.Session.Completion.IsCompleted;
        });
        await peer.ExpectSessionEndAsync(MuxErrorCode.PeerSilent);
    }

    [Fact]
    public async Task A_peer_that_is_not_read_is_not_silent()
    {
        var clock = new ManualTimeProvider();
        await using var peer = new CoolRawPeer(
            CoolRole.Responder,
            new CoolOptions { Time = clock, SilenceTimeout = TimeSpan.FromSeconds(1), StallDeadline = TimeSpan.FromSeconds(60), StreamBuffer = 64 * 1024 });
        var stream = await peer.OpenAsync(1);
        await peer.SendAsync(Frames.Keep(1, new byte[65_000]), Frames.Keep(1, new byte[1000]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(TimeSpan.Zero, peer.Session.Silence);
        await stream.Input.ReadExactlyAsync(60_000);
        await stream.Input.ReadExactlyAsync(6_000);
        Assert.False(peer.Session.Completion.IsCompleted);
    }
}
