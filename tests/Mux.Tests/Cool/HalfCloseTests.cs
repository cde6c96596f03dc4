using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>One direction of a stream ends before the other, with a peer that behaves as a V2Ray (V2Ray interoperability notes in docs/v2ray.md, section 3.2).</summary>
public sealed class HalfCloseTests
{
    private static readonly CoolOptions EndAtOnce = new() { DelayEndUntilResponseEnds = false };

    [Fact]
    public async Task An_opener_that_has_ended_reads_on_until_the_peer_ends()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, EndAtOnce);
        var stream = await peer.BeOpenedAsync();
        await stream.Output.WriteAsync(new byte[] { 1 });
        await peer.ExpectDataAsync(1, 1);
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await peer.SendAsync(Frames.Keep(1, [2]), Frames.Keep(1, [3]), Frames.End(1));
        Assert.Equal([2, 3], await stream.Input.ReadAllAsync());
        await stream.Closed.WaitAsync(Condition.Patience);
        await peer.ExpectNothingAsync();
    }

    [Fact]
    public async Task An_opener_keeps_its_end_to_itself_until_the_response_has_ended()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await stream.Output.WriteAsync(new byte[] { 1 });
        await stream.Output.CompleteAsync();
        await peer.ExpectDataAsync(1, 1);
        await peer.SendAsync(Frames.Keep(1, [2]));
        Assert.Equal([2], await stream.Input.ReadExactlyAsync(1));
        await peer.ExpectNothingAsync();
        await peer.SendAsync(Frames.End(1));
        await peer.ExpectEndAsync(1);
        Assert.Empty(await stream.Input.ReadAllAsync());
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_delayed_end_goes_as_an_error_when_nobody_reads_the_response_any_more()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await stream.Output.WriteAsync(new byte[] { 1 });
        await stream.Output.CompleteAsync();
        await peer.ExpectDataAsync(1, 1);
        await stream.Input.CompleteAsync();
        await peer.ExpectEndAsync(1, isError: true);
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task An_input_that_is_completed_early_drops_what_comes_and_the_other_direction_goes_on(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role, EndAtOnce with { StreamBuffer = 64 * 1024 });
        var stream = role == CoolRole.Opener ? await peer.BeOpenedAsync() : await peer.OpenAsync(1);
        await stream.Input.CompleteAsync();
        for (var i = 0; i < 10; i++)
        {
            await peer.SendAsync(Frames.Keep(1, new byte[60_000]));
        }

        await stream.Output.WriteAsync(new byte[] { 7 });
        await peer.ExpectDataAsync(1, 7);
        await peer.ExpectNothingAsync();

        // All of the output goes before the error does.
        await stream.Output.WriteAsync(new byte[] { 8 });
        await stream.Output.CompleteAsync();
        await peer.ExpectDataAsync(1, 8);
        await peer.ExpectEndAsync(1, isError: true);
        await stream.Closed.WaitAsync(Condition.Patience);
        Assert.False(peer.Session.Completion.IsCompleted);
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task When_the_input_is_completed_after_the_output_the_peer_is_stopped_by_an_error(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role, EndAtOnce);
        var stream = role == CoolRole.Opener ? await peer.BeOpenedAsync() : await peer.OpenAsync(1);
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await stream.Input.CompleteAsync();
        await peer.ExpectEndAsync(1, isError: true);
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task An_input_completed_behind_the_peers_end_needs_no_error(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role, EndAtOnce);
        var stream = role == CoolRole.Opener ? await peer.BeOpenedAsync() : await peer.OpenAsync(1);
        await peer.SendAsync(Frames.Keep(1, [1]), Frames.End(1));
        Assert.Equal([1], await stream.Input.ReadAllAsync());
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await stream.Closed.WaitAsync(Condition.Patience);
        await peer.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_responder_answers_a_visitor_that_has_half_closed()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(9);
        await peer.SendAsync(Frames.Keep(9, [1]), Frames.End(9));
        Assert.Equal([1], await stream.Input.ReadAllAsync());
        await stream.Output.WriteAsync(new byte[] { 2 });
        await peer.ExpectDataAsync(9, 2);
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(9);
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task A_peer_that_has_forgotten_the_stream_says_so_by_a_second_end_and_the_writer_stops(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role);
        var stream = role == CoolRole.Opener ? await peer.BeOpenedAsync() : await peer.OpenAsync(1);
        await peer.SendAsync(Frames.End(1));
        Assert.Empty(await stream.Input.ReadAllAsync());
        await stream.Output.WriteAsync(new byte[] { 2 });
        await peer.ExpectDataAsync(1, 2);

        // As a V2Ray answers data of a stream that it does not know any more, and each of its frames.
        await peer.SendAsync(Frames.End(1), Frames.End(1), Frames.End(1));
        await Condition.HoldsAsync(() => stream.Closed.IsCompleted);
        Assert.True((await stream.Output.WriteAsync(new byte[] { 3 })).IsCompleted);
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await peer.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_writer_that_waits_is_released_when_the_peer_has_forgotten_the_stream_though_the_connection_is_stuck()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, pauseThreshold: 16 * 1024);
        var stream = await peer.OpenAsync(1);
        await peer.SendAsync(Frames.End(1));
        var write = stream.Output.WriteAsync(new byte[200_000]).AsTask();
        Assert.False(write.IsCompleted);
        await peer.SendAsync(Frames.End(1));
        Assert.True((await write.WaitAsync(Condition.Patience)).IsCompleted);
    }

    [Fact]
    public async Task An_error_aborts_both_directions_and_means_that_the_target_was_not_reached_when_it_comes_first()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var refused = await peer.BeOpenedAsync();
        var broken = await peer.BeOpenedAsync();
        await peer.SendAsync(Frames.Keep(2, [1]), Frames.End(1, isError: true), Frames.Raw(2, 3, 3, data: [9, 9]));
        Assert.Equal(MuxErrorCode.ConnectFailed, (await refused.Input.FailureAsync()).Code);
        Assert.Equal(MuxErrorCode.Cancel, (await broken.Input.FailureAsync()).Code);
        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await refused.Output.WriteAsync(new byte[1]));
        Assert.Equal(MuxErrorCode.ConnectFailed, failure.Code);
        await Task.WhenAll(refused.Closed, broken.Closed).WaitAsync(Condition.Patience);
        await peer.ExpectNothingAsync();
    }

    [Fact]
    public async Task What_came_before_an_end_is_read_though_an_error_follows()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await peer.SendAsync(Frames.Keep(1, [1, 2, 3]), Frames.End(1), Frames.End(1, isError: true));
        await stream.Closed.WaitAsync(Condition.Patience);
        Assert.Equal([1, 2, 3], await stream.Input.ReadAllAsync());
    }

    [Fact]
    public async Task Data_in_an_end_is_dropped()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await peer.SendAsync(Frames.Keep(1, [1]), Frames.Raw(1, 3, 1, data: [2, 3]));
        Assert.Equal([1], await stream.Input.ReadAllAsync());
    }

    [Fact]
    public async Task An_abort_is_an_end_with_an_error_and_what_waits_to_be_sent_is_dropped()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, pauseThreshold: 16 * 1024);
        var stream = await peer.OpenAsync(1);
        var write = stream.Output.WriteAsync(new byte[200_000]).AsTask();
        await peer.PeekAsync();
        stream.Abort(MuxErrorCode.Cancel);
        await Assert.ThrowsAsync<MuxStreamException>(() => write);
        CoolFrame frame;
        do
        {
            (frame, _) = await peer.ReadAsync();
        }
        while (frame.Status == FrameStatus.Keep);

        Assert.Equal(new CoolFrame(1, FrameStatus.End, FrameOptions.Error, null, 0), frame);
        await peer.ExpectNothingAsync();
    }
}
