using System.Buffers;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Credit between two sessions: who waits, who does not, and what may wait in memory.</summary>
public sealed class FlowControlTests
{
    [Fact]
    public async Task A_stopped_reader_stalls_only_its_own_stream()
    {
        await using var pair = new SessionPair();
        var (stopped, stoppedAccepted) = await pair.OpenAsync();
        var (moving, movingAccepted) = await pair.OpenAsync();
        var stalled = stopped.Output.WriteAsync(new byte[2_000_000]).AsTask();

        var payload = new byte[3_000_000];
        Random.Shared.NextBytes(payload);
        var writing = Task.Run(async () =>
        {
            await moving.Output.WriteAsync(payload);
            await moving.Output.CompleteAsync();
        });
        Assert.Equal(payload, await movingAccepted.Input.ReadAllAsync());
        await writing;
        Assert.False(stalled.IsCompleted);

        // When it reads again, its bytes come.
        await stoppedAccepted.Input.ReadExactlyAsync(100_000);
        var rest = stoppedAccepted.Input.ReadAllAsync();
        await stalled.WaitAsync(Condition.Patience);
        await stopped.Output.CompleteAsync();
        Assert.Equal(1_900_000, (await rest).Length);
    }

    [Fact]
    public async Task What_waits_for_a_stopped_reader_never_exceeds_its_window()
    {
        const int Window = 64 * 1024;
        await using var pair = new SessionPair(acceptor: new MuxOptions { InitialWindow = Window, MaxWindow = Window });
        var (opened, accepted) = await pair.OpenAsync();
        var stalled = opened.Output.WriteAsync(new byte[5 * Window]).AsTask();
        var available = await accepted.Input.ReadAtLeastAsync(Window).AsTask().WaitAsync(Condition.Patience);
        Assert.Equal(Window, available.Buffer.Length);
        accepted.Input.AdvanceTo(available.Buffer.Start);

        // A round trip of another stream later, still no more has come.
        var (other, otherAccepted) = await pair.OpenAsync();
        await other.Output.WriteAsync(new byte[1]);
        await otherAccepted.Input.ReadExactlyAsync(1);
        Assert.True(accepted.Input.TryRead(out var later));
        Assert.Equal(Window, later.Buffer.Length);
        accepted.Input.AdvanceTo(later.Buffer.Start);
        Assert.False(stalled.IsCompleted);
    }

    [Fact]
    public async Task Credit_goes_back_at_a_quarter_of_the_window_and_for_what_was_consumed_only()
    {
        await using var peer = new RawPeer(new MuxOptions { InitialWindow = 64 * 1024, MaxWindow = 64 * 1024 });
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[40 * 1024]);
        await stream.Input.ReadExactlyAsync((16 * 1024) - 1);
        await stream.Input.ReadExactlyAsync(1000);
        var (header, payload) = await peer.ReadFrameAsync(FrameType.Window);
        Assert.Equal(1u, header.StreamId);
        Assert.Equal(RawPeer.UInt32((16 * 1024) - 1 + 1000), payload);
    }

    [Fact]
    public async Task Credit_is_restored_so_that_any_amount_can_pass_a_small_window()
    {
        var small = new MuxOptions { InitialWindow = 16 * 1024, MaxWindow = 16 * 1024 };
        await using var pair = new SessionPair(small, small);
        var (opened, accepted) = await pair.OpenAsync();
        var payload = new byte[1_000_003];
        Random.Shared.NextBytes(payload);
        var writing = Task.Run(async () =>
        {
            await opened.Output.WriteAsync(payload);
            await opened.Output.CompleteAsync();
        });
        Assert.Equal(payload, await accepted.Input.ReadAllAsync());
        await writing;
    }

    [Fact]
    public async Task A_reader_may_look_without_consuming_and_a_window_of_the_rest_arrives()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        await opened.Output.WriteAsync(new byte[10]);
        var read = await accepted.Input.ReadAsync();
        accepted.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        var more = accepted.Input.ReadAsync().AsTask();
        await opened.Output.WriteAsync(new byte[5]);
        read = await more.WaitAsync(Condition.Patience);
        Assert.Equal(15, read.Buffer.Length);
        accepted.Input.AdvanceTo(read.Buffer.GetPosition(3));
        Assert.True(accepted.Input.TryRead(out read));
        Assert.Equal(12, read.Buffer.Length);
        accepted.Input.AdvanceTo(read.Buffer.End);
    }

    [Fact]
    public async Task Initial_windows_shrink_as_the_budget_fills_and_recover()
    {
        await using var peer = new RawPeer(new MuxOptions { WindowBudget = 16 * 1024 * 1024, InitialWindow = 256 * 1024 });
        await peer.SendPrefaceAsync();
        Assert.Equal(256u * 1024, (await peer.ReadPrefaceAsync()).InitialWindow);
        var streams = new List<IMuxStream>();
        for (var id = 1u; id < 81; id += 2)
        {
            streams.Add(await peer.OpenAsync(id));
        }

        // 128 KiB was announced at the first stream; until the peer follows, no other value is.
        var (header, payload) = await peer.ReadFrameAsync(FrameType.Window);
        Assert.Equal(new FrameHeader(4, FrameType.Window, FrameFlags.None, 0), header);
        Assert.Equal(RawPeer.UInt32(128 * 1024), payload);
        Assert.Equal(40 * 256 * 1024, peer.Session.Budget.Committed);
        await peer.SendFrameAsync(FrameType.Window, 0, payload, FrameFlags.Ack);
        (_, payload) = await peer.ReadFrameAsync(FrameType.Window);
        Assert.Equal(RawPeer.UInt32(64 * 1024), payload);
        await peer.SendFrameAsync(FrameType.Window, 0, payload, FrameFlags.Ack);
        await peer.OpenAsync(101);
        Assert.Equal((40 * 256 * 1024) + (64 * 1024), peer.Session.Budget.Committed);

        foreach (var stream in streams)
        {
            stream.Abort(MuxErrorCode.Cancel);
            await stream.Input.CompleteAsync();
        }

        (_, payload) = await peer.ReadFrameAsync(FrameType.Window);
        Assert.Equal(RawPeer.UInt32(128 * 1024), payload);
    }

    [Fact]
    public async Task Changed_initial_windows_hold_for_both_sides_streams_under_load()
    {
        // Whichever side opens, both must agree on each stream's window, or one of them ends the session.
        var tight = new MuxOptions { WindowBudget = 1024 * 1024 * 8, InitialWindow = 128 * 1024, MaxWindow = 256 * 1024 };
        await using var pair = new SessionPair(tight, tight);
        var payload = new byte[200_000];
        for (var round = 0; round < 3; round++)
        {
            var work = new List<Task>();
            for (var i = 0; i < 60; i++)
            {
                var (opened, accepted) = await pair.OpenAsync(fromAcceptor: i % 2 == 0);
                work.Add(Task.Run(async () =>
                {
                    await opened.Output.WriteAsync(payload);
                    await opened.Output.CompleteAsync();
                    await opened.Input.CompleteAsync();
                }));
                work.Add(Task.Run(async () =>
                {
                    Assert.Equal(payload.Length, (await accepted.Input.ReadAllAsync()).Length);
                    await accepted.Output.CompleteAsync();
                }));
            }

            await Task.WhenAll(work).WaitAsync(Condition.Patience);
        }

        Assert.False(pair.Dialler.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_window_grows_when_the_link_is_long_and_stays_within_the_largest()
    {
        var clock = new Testing.Time.ManualTimeProvider();
        await using var peer = new RawPeer(new MuxOptions { InitialWindow = 64 * 1024, MaxWindow = 128 * 1024, Time = clock });
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);

        // The first ping is answered after 100 ms.
        var (_, ping) = await peer.ReadFrameAsync(FrameType.Ping);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await peer.SendFrameAsync(FrameType.Ping, 0, ping, FrameFlags.Ack);
        await Condition.HoldsAsync(() => peer.Session.RoundTripTime == TimeSpan.FromMilliseconds(100));

        var waiting = stream.Input.ReadAsync().AsTask();
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[64 * 1024]);
        stream.Input.AdvanceTo((await waiting).Buffer.Start);
        await stream.Input.ReadExactlyAsync(64 * 1024);
        Assert.Equal(RawPeer.UInt32(128 * 1024), (await peer.ReadFrameAsync(FrameType.Window)).Payload);
        Assert.Equal(128 * 1024, peer.Session.Budget.Committed);

        waiting = stream.Input.ReadAsync().AsTask();
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[64 * 1024]);
        stream.Input.AdvanceTo((await waiting).Buffer.Start);
        await stream.Input.ReadExactlyAsync(64 * 1024);
        Assert.Equal(RawPeer.UInt32(64 * 1024), (await peer.ReadFrameAsync(FrameType.Window)).Payload);
        Assert.Equal(128 * 1024, peer.Session.Budget.Committed);
    }

    [Fact]
    public async Task Idle_streams_hold_no_block()
    {
        await using var pair = new SessionPair();
        var streams = new List<(IMuxStream Opened, IMuxStream Accepted)>();
        for (var i = 0; i < 100; i++)
        {
            var (opened, accepted) = await pair.OpenAsync();
            streams.Add((opened, accepted));
            await opened.Output.WriteAsync(new byte[30_000]);
            await accepted.Output.WriteAsync(new byte[30_000]);
            await accepted.Input.ReadExactlyAsync(30_000);
            await opened.Input.ReadExactlyAsync(30_000);
        }

        await Condition.HoldsAsync(() => pair.Pool.Rented == 0);
        Assert.Equal(100, pair.Acceptor.StreamCount);
    }

    [Fact]
    public async Task A_peer_that_stops_reading_bounds_what_is_queued()
    {
        const int Connection = 32 * 1024;
        const int SendBuffer = 64 * 1024;
        const int Streams = 20;
        await using var peer = new RawPeer(new MuxOptions { SendBuffer = SendBuffer }, Connection);
        await peer.SendPrefaceAsync();
        var writers = new List<Task>();
        for (var i = 0; i < Streams; i++)
        {
            var stream = await peer.OpenAsync((uint)((i * 2) + 1));
            writers.Add(Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await stream.Output.WriteAsync(new byte[4096]);
                    }
                }
                catch (MuxStreamException)
                {
                    // The session ended, at last.
                }
            }));
        }

        // The connection takes at most what it holds and one batch; each stream its send buffer and the write that filled it.
        const int Bound = (Streams * ((SendBuffer / BlockPool.BlockSize) + 2)) + ((Connection + (128 * 1024)) / BlockPool.BlockSize);
        for (var steady = 0; steady < 5;)
        {
            var before = peer.Pool.Rented;
            await peer.SendFrameAsync(FrameType.Ping, 0, new byte[8]);
            await Task.Delay(20);
            Assert.InRange(peer.Pool.Rented, 0, Bound);

            // A ping may lie in a block of its own for a moment.
            steady = Math.Abs(peer.Pool.Rented - before) <= 1 ? steady + 1 : 0;
        }

        Assert.All(writers, writer => Assert.False(writer.IsCompleted));
        await peer.Output.CompleteAsync();
        await peer.Input.CompleteAsync();
        await Task.WhenAll(writers).WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task Streams_take_turns_on_the_wire()
    {
        await using var peer = new RawPeer(pauseThreshold: 16 * 1024);
        await peer.SendPrefaceAsync(window: 1024 * 1024);
        for (var id = 1u; id < 9; id += 2)
        {
            var stream = await peer.OpenAsync(id);
            Assert.False(stream.Output.WriteAsync(new byte[200_000]).AsTask().IsCompleted);
        }

        var counts = new Dictionary<uint, int>();
        for (var i = 0; i < 40; i++)
        {
            var (header, _) = await peer.ReadFrameAsync(FrameType.Data);
            Assert.True(header.Length <= FrameHeader.MaxSentPayload);
            counts[header.StreamId] = counts.GetValueOrDefault(header.StreamId) + 1;
        }

        // The first stream had the line to itself until the others came: a connection's worth of frames ahead, no more.
        Assert.Equal(4, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 6, 16));
    }
}
