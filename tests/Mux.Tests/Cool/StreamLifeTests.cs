using Tunnel.Mux.Cool;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>How a stream begins and ends between two sessions of ours.</summary>
public sealed class StreamLifeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_carries_bytes_both_ways_and_ends_in_order(bool delay)
    {
        await using var pair = new CoolPair(new CoolOptions { DelayEndUntilResponseEnds = delay });
        var (opened, accepted) = await pair.OpenAsync();
        Assert.Equal(Frames.Target, accepted.Metadata.Destination);
        Assert.Equal(1, opened.Id);
        Assert.Equal(1, accepted.Id);
        await opened.Output.WriteAsync("hello"u8.ToArray());
        await opened.Output.CompleteAsync();
        Assert.Equal("hello"u8.ToArray(), await accepted.Input.ReadExactlyAsync(5));
        if (!delay)
        {
            Assert.Empty(await accepted.Input.ReadAllAsync());
        }

        await accepted.Output.WriteAsync("good bye"u8.ToArray());
        await accepted.Output.CompleteAsync();
        Assert.Equal("good bye"u8.ToArray(), await opened.Input.ReadAllAsync());
        if (delay)
        {
            Assert.Empty(await accepted.Input.ReadAllAsync());
        }

        await Task.WhenAll(opened.Closed, accepted.Closed).WaitAsync(Condition.Patience);
        Assert.Equal(0, pair.Opener.StreamCount);
        Assert.Equal(0, pair.Responder.StreamCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Many_bytes_arrive_whole_in_both_directions(int count)
    {
        await using var pair = new CoolPair(
            new CoolOptions { StreamBuffer = 64 * 1024, StallDeadline = TimeSpan.FromMinutes(1) },
            new CoolOptions { StreamBuffer = 64 * 1024, StallDeadline = TimeSpan.FromMinutes(1), MaxDataPayload = 65_535 });
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);
        var work = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            var (opened, accepted) = await pair.OpenAsync();
            foreach (var (from, to) in new[] { (opened, accepted), (accepted, opened) })
            {
                work.Add(Task.Run(async () =>
                {
                    await from.Output.WriteAsync(bytes);
                    await from.Output.CompleteAsync();
                }));
                work.Add(Task.Run(async () => Assert.Equal(bytes, await to.Input.ReadAllAsync())));
            }
        }

        await Task.WhenAll(work).WaitAsync(Condition.Patience);
        await Condition.HoldsAsync(() => pair.Opener.StreamCount == 0 && pair.Responder.StreamCount == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abort_reaches_the_peer(bool byOpener)
    {
        await using var pair = new CoolPair();
        var (opened, accepted) = await pair.OpenAsync();
        var (from, to) = byOpener ? (opened, accepted) : (accepted, opened);
        from.Abort(MuxErrorCode.InternalError, "broken");
        var failure = await to.Input.FailureAsync();
        Assert.Equal(byOpener ? MuxErrorCode.Cancel : MuxErrorCode.ConnectFailed, failure.Code);
        await Assert.ThrowsAsync<MuxStreamException>(async () => await to.Output.WriteAsync(new byte[1]));
        Assert.Equal("broken", (await from.Input.FailureAsync()).Message);
        await Task.WhenAll(opened.Closed, accepted.Closed).WaitAsync(Condition.Patience);
        from.Abort(MuxErrorCode.Cancel);
        to.Abort(MuxErrorCode.Cancel);
        Assert.False(pair.Opener.Completion.IsCompleted);
    }

    [Fact]
    public async Task Completing_the_output_with_an_exception_aborts()
    {
        await using var pair = new CoolPair();
        var (opened, accepted) = await pair.OpenAsync();
        await opened.Output.CompleteAsync(new InvalidDataException("broken"));
        Assert.Equal(MuxErrorCode.Cancel, (await accepted.Input.FailureAsync()).Code);
        await accepted.Closed.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_stream_that_is_aborted_before_the_peer_heard_of_it_is_never_heard_of()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, pauseThreshold: 1);
        peer.Own(peer.Session.TryOpen(new StreamMetadata(Frames.Target))!);
        await peer.PeekAsync();
        var second = peer.Own(peer.Session.TryOpen(new StreamMetadata(Frames.Target))!);
        var third = peer.Own(peer.Session.TryOpen(new StreamMetadata(Frames.Target))!);
        second.Abort(MuxErrorCode.Cancel);
        Assert.Equal(1, (await peer.ReadAsync()).Frame.Id);
        Assert.Equal(third.Id, (await peer.ReadAsync()).Frame.Id);
        await peer.ExpectNothingAsync();
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_the_session_and_its_streams()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1);
        await peer.Output.CompleteAsync();
        Assert.Equal(MuxErrorCode.SessionLost, (await stream.Input.FailureAsync()).Code);
        var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(MuxErrorCode.SessionLost, end.Code);
        Assert.True(end.ByPeer);
        Assert.True(peer.Session.Draining.IsCompletedSuccessfully);
        Assert.Null(await peer.Session.AcceptAsync());
        Assert.Null(peer.Session.TryOpen(new StreamMetadata(Frames.Target)));
    }

    [Fact]
    public async Task A_failure_of_the_connection_is_the_reason_of_the_end()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await peer.Output.CompleteAsync(new IOException("the cable was pulled"));
        Assert.Contains("the cable was pulled", (await stream.Input.FailureAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("the cable was pulled", (await peer.Session.Completion).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_that_nobody_accepted_are_cleaned_up_by_the_session()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        for (ushort id = 1; id <= 10; id++)
        {
            await peer.SendAsync(Frames.New(id, data: new byte[5000]));
        }

        await Condition.HoldsAsync(() => peer.Session.StreamCount == 10);
    }

    [Fact]
    public async Task A_waiting_accept_can_be_cancelled_and_a_responder_opens_nothing()
    {
        await using var pair = new CoolPair();
        using var cancel = new CancellationTokenSource();
        var accept = pair.Responder.AcceptAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accept);
        Assert.False(pair.Responder.CanOpen);
        Assert.Null(pair.Responder.TryOpen(new StreamMetadata(Frames.Target)));
        Assert.Null(pair.Opener.RoundTripTime);
    }

    [Fact]
    public async Task A_host_that_cannot_be_written_is_refused()
    {
        await using var pair = new CoolPair();
        Assert.Throws<ArgumentException>(() => pair.Opener.TryOpen(new StreamMetadata(new Destination(Network.Tcp, "bücher.example", 80))));
        Assert.Equal(0, pair.Opener.StreamCount);
    }
}
