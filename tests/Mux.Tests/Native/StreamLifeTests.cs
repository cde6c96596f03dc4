using System.IO.Pipelines;
using System.Text;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

/// <summary>How a stream begins, ends in one direction, and ends in both.</summary>
public sealed class StreamLifeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_carries_bytes_both_ways_and_ends_in_order(bool fromAcceptor)
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync(fromAcceptor);
        Assert.Equal(SessionPair.Metadata, accepted.Metadata);
        Assert.Equal(opened.Id, accepted.Id);
        Assert.Equal(fromAcceptor ? 2 : 1, opened.Id);
        await opened.Output.WriteAsync("hello"u8.ToArray());
        await opened.Output.CompleteAsync();
        Assert.Equal("hello"u8.ToArray(), await accepted.Input.ReadAllAsync());
        Assert.False(opened.Closed.IsCompleted);
        Assert.False(accepted.Closed.IsCompleted);
        await accepted.Output.WriteAsync("good bye"u8.ToArray());
        await accepted.Output.CompleteAsync();
        Assert.Equal("good bye"u8.ToArray(), await opened.Input.ReadAllAsync());
        await Task.WhenAll(opened.Closed, accepted.Closed).WaitAsync(Condition.Patience);
        Assert.Equal(0, pair.Dialler.StreamCount);
        Assert.Equal(0, pair.Acceptor.StreamCount);
    }

    [Fact]
    public async Task Data_follows_an_open_at_once_before_the_peer_has_accepted_or_said_a_word()
    {
        await using var peer = new RawPeer();
        var opened = peer.Own(peer.Session.TryOpen(SessionPair.Metadata)!);
        await opened.Output.WriteAsync(new byte[100]);
        await peer.ReadPrefaceAsync();
        Assert.Equal(FrameType.Open, (await peer.ReadFrameAsync(FrameType.Open, FrameType.Data)).Header.Type);
        var (data, payload) = await peer.ReadFrameAsync(FrameType.Data);
        Assert.Equal(2u, data.StreamId);
        Assert.Equal(100, payload.Length);
    }

    [Fact]
    public async Task Before_the_preface_only_the_smallest_window_is_sent_and_the_rest_after_it()
    {
        await using var peer = new RawPeer();
        var opened = peer.Own(peer.Session.TryOpen(SessionPair.Metadata)!);
        await opened.Output.WriteAsync(new byte[40_000]);
        await peer.ReadPrefaceAsync();
        await ExpectDataAsync(peer, MuxOptions.SmallestWindow);
        await peer.SendPrefaceAsync(window: 32 * 1024);
        await ExpectDataAsync(peer, (32 * 1024) - MuxOptions.SmallestWindow);
        await peer.SendFrameAsync(FrameType.Window, 2, RawPeer.UInt32(10_000));
        Assert.Equal(40_000 - (32 * 1024), (await peer.ReadFrameAsync(FrameType.Data)).Header.Length);
    }

    [Fact]
    public async Task An_end_without_data_needs_no_credit()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync(window: 16 * 1024);
        await peer.ReadPrefaceAsync();
        var opened = await peer.OpenAsync(1);
        await opened.Output.WriteAsync(new byte[16 * 1024]);
        await ExpectDataAsync(peer, 16 * 1024);
        await opened.Output.CompleteAsync();
        var (end, _) = await peer.ReadFrameAsync(FrameType.Data);
        Assert.Equal(FrameFlags.Fin, end.Flags);
        Assert.Equal(0, end.Length);
    }

    [Fact]
    public async Task Stopping_to_read_ends_the_writer_in_order_and_leaves_the_response_alone()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var response = new byte[300_000];
        new Random(1).NextBytes(response);

        // The server answers before it has read the request, and does not want the rest of it.
        await accepted.Input.CompleteAsync();
        FlushResult flush;
        do
        {
            flush = await opened.Output.WriteAsync(new byte[10_000]).AsTask().WaitAsync(Condition.Patience);
        }
        while (!flush.IsCompleted);

        var writing = Task.Run(async () =>
        {
            await accepted.Output.WriteAsync(response);
            await accepted.Output.CompleteAsync();
        });
        Assert.Equal(response, await opened.Input.ReadAllAsync());
        await writing;
        await opened.Output.CompleteAsync();
        await Task.WhenAll(opened.Closed, accepted.Closed).WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_writer_that_waits_is_released_by_a_stop_though_the_connection_is_stuck()
    {
        await using var peer = new RawPeer(pauseThreshold: 16 * 1024);
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        var write = stream.Output.WriteAsync(new byte[200_000]).AsTask();
        Assert.False(write.IsCompleted);
        await peer.SendFrameAsync(FrameType.Stop, 1);
        Assert.True((await write.WaitAsync(Condition.Patience)).IsCompleted);
    }

    [Fact]
    public async Task A_stop_is_answered_with_an_end_and_never_with_a_reset()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        await peer.SendFrameAsync(FrameType.Stop, 1);
        var (header, _) = await peer.ReadFrameAsync(FrameType.Data, FrameType.Reset);
        Assert.Equal(new FrameHeader(0, FrameType.Data, FrameFlags.Fin, 1), header);
        await peer.SendFrameAsync(FrameType.Data, 1, "tail"u8.ToArray(), FrameFlags.Fin);
        Assert.Equal("tail"u8.ToArray(), await stream.Input.ReadAllAsync());
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task Data_behind_a_stop_is_dropped()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        await stream.Input.CompleteAsync();
        Assert.Equal(1u, (await peer.ReadFrameAsync(FrameType.Stop)).Header.StreamId);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[50_000]);
        await peer.SendFrameAsync(FrameType.Data, 1, [], FrameFlags.Fin);
        await stream.Output.CompleteAsync();
        await stream.Closed.WaitAsync(Condition.Patience);
        await Condition.HoldsAsync(() => peer.Session.Budget.Committed == 0);
    }

    [Fact]
    public async Task A_finished_input_gives_its_window_back_before_the_other_direction_ends()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        Assert.Equal(256 * 1024, peer.Session.Budget.Committed);
        await stream.Input.CompleteAsync();
        await peer.SendFrameAsync(FrameType.Data, 1, [], FrameFlags.Fin);
        await Condition.HoldsAsync(() => peer.Session.Budget.Committed == 0);
        Assert.False(stream.Closed.IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_reaches_the_peer_with_its_code_and_reason(bool byOpener)
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var (from, to) = byOpener ? (opened, accepted) : (accepted, opened);
        from.Abort(MuxErrorCode.ConnectFailed, "connection refused (127.0.0.1:80)");
        var failure = await to.Input.FailureAsync();
        Assert.Equal(MuxErrorCode.ConnectFailed, failure.Code);
        Assert.Equal("connection refused (127.0.0.1:80)", failure.Message);
        var flush = await Assert.ThrowsAsync<MuxStreamException>(async () => await to.Output.WriteAsync(new byte[1]));
        Assert.Equal(MuxErrorCode.ConnectFailed, flush.Code);
        Assert.Equal(MuxErrorCode.ConnectFailed, (await from.Input.FailureAsync()).Code);
        await Task.WhenAll(opened.Closed, accepted.Closed).WaitAsync(Condition.Patience);

        // Once more does nothing.
        from.Abort(MuxErrorCode.Cancel);
        to.Abort(MuxErrorCode.Cancel);
        Assert.False(pair.Dialler.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_reset_releases_a_writer_that_waits()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var write = opened.Output.WriteAsync(new byte[1_000_000]).AsTask();
        accepted.Abort(MuxErrorCode.Cancel, "enough");
        var failure = await Assert.ThrowsAsync<MuxStreamException>(() => write.WaitAsync(Condition.Patience));
        Assert.Equal("enough", failure.Message);
    }

    [Fact]
    public async Task Completing_the_output_with_an_exception_resets()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        await opened.Output.CompleteAsync(new InvalidDataException("broken"));
        var failure = await accepted.Input.FailureAsync();
        Assert.Equal(MuxErrorCode.Cancel, failure.Code);
        Assert.Equal("broken", failure.Message);

        (opened, accepted) = await pair.OpenAsync();
        await accepted.Output.CompleteAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "no route"));
        Assert.Equal(MuxErrorCode.ConnectFailed, (await opened.Input.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_failure_of_another_stream_keeps_its_code_and_its_words()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        await accepted.Output.CompleteAsync(new IOException("the other side failed", new MuxStreamException(MuxErrorCode.ConnectFailed, "no route")));
        var failure = await opened.Input.FailureAsync();
        Assert.Equal((MuxErrorCode.ConnectFailed, "no route"), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task Codes_that_only_one_side_can_know_do_not_travel()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        opened.Abort(MuxErrorCode.SessionLost, "the other session was lost");
        Assert.Equal(MuxErrorCode.Cancel, (await accepted.Input.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_reason_is_cut_at_200_bytes_and_never_within_a_character()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        opened.Abort(MuxErrorCode.Cancel, new string('x', 199) + "äöü");
        var failure = await accepted.Input.FailureAsync();
        Assert.Equal(new string('x', 199), failure.Message);
        Assert.True(Encoding.UTF8.GetByteCount(failure.Message) <= 200);
    }

    [Fact]
    public async Task The_end_of_the_session_fails_its_streams_and_what_came_before_stays_readable()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        var (finished, finishedAccepted) = await pair.OpenAsync();
        await finished.Output.WriteAsync("whole"u8.ToArray());
        await finished.Output.CompleteAsync();
        await Condition.HoldsAsync(() => finishedAccepted.Input.TryRead(out var read) && Untouched(finishedAccepted.Input, read).IsCompleted);
        pair.Dialler.Abort(MuxErrorCode.InternalError, "out of ideas");

        var end = await pair.Acceptor.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.InternalError, ByPeer: true, "the peer ended the session and said: out of ideas"), end);
        Assert.Equal(MuxErrorCode.SessionLost, (await accepted.Input.FailureAsync()).Code);
        Assert.Equal(MuxErrorCode.SessionLost, (await opened.Input.FailureAsync()).Code);
        Assert.Equal("whole"u8.ToArray(), await finishedAccepted.Input.ReadAllAsync());
        Assert.Null(pair.Dialler.TryOpen(SessionPair.Metadata));
        Assert.Null(await pair.Dialler.AcceptAsync());
        Assert.False(pair.Acceptor.CanOpen);
        Assert.True(pair.Acceptor.Draining.IsCompleted);
    }

    [Fact]
    public async Task Streams_that_nobody_accepted_are_cleaned_up_by_the_session()
    {
        await using var pair = new SessionPair();
        for (var i = 0; i < 10; i++)
        {
            await pair.Open(pair.Dialler).Output.WriteAsync(new byte[5000]);
        }

        await Condition.HoldsAsync(() => pair.Acceptor.StreamCount == 10);
    }

    private static ReadResult Untouched(PipeReader reader, ReadResult read)
    {
        reader.AdvanceTo(read.Buffer.Start);
        return read;
    }

    /// <summary>Reads frames until so many bytes have come, each as long as it may be, and no more of them.</summary>
    private static async Task ExpectDataAsync(RawPeer peer, int bytes)
    {
        while (bytes > 0)
        {
            var length = (await peer.ReadFrameAsync(FrameType.Data)).Header.Length;
            Assert.Equal(Math.Min(bytes, FrameHeader.MaxSentPayload), length);
            bytes -= length;
        }
    }
}
