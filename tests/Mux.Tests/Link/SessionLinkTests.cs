using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Mux.Link;
using Tunnel.Mux.Native;
using Tunnel.Mux.Tests.Native;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Link;

public sealed class SessionLinkTests
{
    [Theory]
    [InlineData(256 * 1024, 8 * 1024 * 1024)]
    [InlineData(4096, 64 * 1024)]
    public async Task Sessions_run_over_links(long pauseThreshold, int mostUnacknowledged)
    {
        var links = new LinkPair(new LinkOptions { MaxUnacknowledged = mostUnacknowledged, AcknowledgeEvery = mostUnacknowledged / 4 }, pauseThreshold);
        await using (var pair = new SessionPair(connection: links.Ends))
        {
            await StressTests.RunAsync(pair);
        }

        await LeavesNothingAsync(links);
    }

    [Theory]
    [InlineData(1, 256 * 1024, 8 * 1024 * 1024)]
    [InlineData(2, 4096, 64 * 1024)]
    [InlineData(3, 64 * 1024, 256 * 1024)]
    public async Task Streams_outlive_connections_that_are_cut_at_any_moment(int seed, long pauseThreshold, int mostUnacknowledged)
    {
        var random = new Random(seed);
        var links = new LinkPair(new LinkOptions { MaxUnacknowledged = mostUnacknowledged, AcknowledgeEvery = mostUnacknowledged / 4 }, pauseThreshold);
        await using (var pair = new SessionPair(connection: links.Ends))
        {
            var running = Task.Run(() => StressTests.RunAsync(pair));
            while (!running.IsCompleted)
            {
                await Task.WhenAny(running, Task.Delay(random.Next(8)));
                await links.CutAsync();
            }

            await running;
        }

        await LeavesNothingAsync(links);
    }

    [Fact]
    public async Task A_drain_ends_the_link_in_order()
    {
        var links = new LinkPair();
        await using (var pair = new SessionPair(connection: links.Ends))
        {
            await pair.Dialler.DrainAsync(CancellationToken.None).WaitAsync(Condition.Patience);
            Assert.True((await pair.Dialler.Completion).IsOrderly);
            Assert.True((await pair.Acceptor.Completion.WaitAsync(Condition.Patience)).IsOrderly);
        }

        Assert.True(links.Left.IsOver && links.Right.IsOver);
        await LeavesNothingAsync(links);
    }

    [Fact]
    public async Task A_link_that_is_closed_ends_its_session_with_the_reason()
    {
        var links = new LinkPair();
        await using (var pair = new SessionPair(connection: links.Ends))
        {
            var (opened, _) = await pair.OpenAsync();
            await links.Left.DetachAsync(new IOException("cut"));
            links.Left.Close(new IOException("the grace period is over"));
            links.Right.Close(new IOException("the grace period is over"));

            var end = await pair.Dialler.Completion.WaitAsync(Condition.Patience);
            Assert.Equal(MuxErrorCode.SessionLost, end.Code);
            Assert.Contains("the grace period is over", end.Message, StringComparison.Ordinal);
            var lost = await Assert.ThrowsAsync<MuxStreamException>(async () => await opened.Input.ReadAsync());
            Assert.Equal(MuxErrorCode.SessionLost, lost.Code);
        }

        await LeavesNothingAsync(links);
    }

    [Fact]
    public async Task Streams_opened_without_a_connection_wait_for_one()
    {
        var links = new LinkPair();
        await using (var pair = new SessionPair(connection: links.Ends))
        {
            await links.Left.DetachAsync(new IOException("cut"));
            Assert.False(links.Left.IsConnected);
            var opened = pair.Open(pair.Dialler);
            await opened.Output.WriteAsync(new byte[100]);
            await links.CutAsync();

            var accepted = pair.Own((await pair.Acceptor.AcceptAsync().AsTask().WaitAsync(Condition.Patience))!);
            var read = await accepted.Input.ReadAtLeastAsync(100).AsTask().WaitAsync(Condition.Patience);
            Assert.Equal(100, read.Buffer.Length);
            accepted.Input.AdvanceTo(read.Buffer.End);
        }

        await LeavesNothingAsync(links);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_given_up()
    {
        var time = new ManualTimeProvider();
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink(new LinkOptions { Time = time, DeadAfter = TimeSpan.FromSeconds(15) });
        Assert.True(link.TryAttach(LinkPair.Wrap(near), 0));
        var reading = link.Input.ReadAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(12));
        Assert.False(link.Lost.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        var reason = await link.Lost.WaitAsync(Condition.Patience);
        Assert.Contains("nothing came", reason.Message, StringComparison.Ordinal);
        Assert.False(link.IsConnected);

        link.Close(new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Condition.Patience));
        await far.Output.CompleteAsync();
    }

    [Fact]
    public async Task A_suspected_connection_must_give_a_sign_of_life()
    {
        var time = new ManualTimeProvider();
        var (near, far) = DuplexPipePair.Create();
        var (deaf, _) = DuplexPipePair.Create();
        var lively = new SessionLink(new LinkOptions { Time = time });
        var dead = new SessionLink(new LinkOptions { Time = time });
        Assert.True(lively.TryAttach(LinkPair.Wrap(near), 0));
        Assert.True(dead.TryAttach(LinkPair.Wrap(deaf), 0));
        var readings = new[] { lively.Input.ReadAsync().AsTask(), dead.Input.ReadAsync().AsTask() };
        time.Advance(TimeSpan.FromSeconds(1));
        lively.Suspect();
        dead.Suspect();
        Assert.True(lively.IsSuspected && dead.IsSuspected);

        await lively.Output.FlushAsync();
        var probe = await far.Input.ReadAtLeastAsync(LinkRecord.HeaderSize).AsTask().WaitAsync(Condition.Patience);
        Assert.Equal(new LinkRecord(LinkRecordType.Probe, 0), LinkRecord.Read(probe.Buffer.FirstSpan));
        time.Advance(TimeSpan.FromMilliseconds(500));
        await far.Output.WriteAsync(LinkPair.Ack(0));
        await Condition.HoldsAsync(() => !lively.IsSuspected);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(lively.IsConnected);
        Assert.False(lively.Lost.IsCompleted);
        Assert.Contains("nothing came", (await dead.Lost.WaitAsync(Condition.Patience)).Message, StringComparison.Ordinal);

        lively.Close(new IOException("over"));
        dead.Close(new IOException("over"));
        foreach (var reading in readings)
        {
            await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Condition.Patience));
        }
    }

    [Fact]
    public async Task A_probe_is_answered_at_once()
    {
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink();
        link.TryAttach(LinkPair.Wrap(near), 0);
        var reading = link.Input.ReadAsync().AsTask();
        var asked = new TaskCompletionSource();
        ((Tunnel.Mux.Output.IConnectionOwner)link.Output).FlushNeeded = () => asked.TrySetResult();
        await far.Output.WriteAsync(new byte[] { 4, 0, 0, 0 });
        await asked.Task.WaitAsync(Condition.Patience);
        await link.Output.FlushAsync();
        var answer = await far.Input.ReadAtLeastAsync(LinkRecord.HeaderSize).AsTask().WaitAsync(Condition.Patience);
        Assert.Equal(new LinkRecord(LinkRecordType.Ack, LinkRecord.AckSize), LinkRecord.Read(answer.Buffer.FirstSpan));
        link.Close(new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Condition.Patience));
    }

    public static TheoryData<string, byte[]> Lies { get; } = new()
    {
        { "an acknowledgement of what was never sent", LinkPair.Ack(1_000_000) },
        { "a record of unknown type", [9, 0, 0, 0] },
        { "an acknowledgement of the wrong length", [2, 0, 0, 4, 0, 0, 0, 0] },
        { "a frame that crosses the end of a record", [1, 0, 0, 3, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_peer_that_lies_loses_its_session(string lie, byte[] bytes)
    {
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink();
        link.TryAttach(LinkPair.Wrap(near), 0);
        await using var session = MuxSession.Start(link, isDialler: false);
        var preface = new byte[Tunnel.Mux.Framing.Preface.Size];
        new Tunnel.Mux.Framing.Preface(256 * 1024, 10).Write(preface);
        await far.Output.WriteAsync(new byte[] { 1, 0, 0, (byte)preface.Length }.Concat(preface).ToArray());
        await far.Output.WriteAsync(bytes);

        var end = await session.Completion.WaitAsync(Condition.Patience);
        Assert.True(end.Code == MuxErrorCode.ProtocolError, $"{lie}: {end}");
    }

    [Fact]
    public async Task A_connection_that_ends_within_a_frame_is_lost_and_the_session_goes_on_behind_what_it_took()
    {
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink();
        link.TryAttach(LinkPair.Wrap(near), 0);
        await using var session = MuxSession.Start(link, isDialler: false);
        var preface = new byte[Tunnel.Mux.Framing.Preface.Size];
        new Tunnel.Mux.Framing.Preface(256 * 1024, 10).Write(preface);
        byte[] halfPing = [1, 0, 0, 16, 0, 0, 8, 0x40, 0, 0];
        await far.Output.WriteAsync(new byte[] { 1, 0, 0, (byte)preface.Length }.Concat(preface).Concat(halfPing).ToArray());
        await far.Output.CompleteAsync();

        await link.Lost.WaitAsync(Condition.Patience);
        Assert.Equal(preface.Length, await link.DetachAsync(new IOException("cut")).WaitAsync(Condition.Patience));
        Assert.False(session.Completion.IsCompleted);
    }

    [Fact]
    public async Task Records_may_come_in_any_pieces()
    {
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink();
        link.TryAttach(LinkPair.Wrap(near), 0);
        byte[] bytes = [1, 0, 0, 3, 10, 11, 12, 1, 0, 0, 0, .. LinkPair.Ack(0), 1, 0, 0, 2, 13, 14, 3, 0, 0, 0];
        var feeding = Task.Run(async () =>
        {
            foreach (var single in bytes)
            {
                await far.Output.WriteAsync(new[] { single });
                await Task.Yield();
            }
        });
        var got = new List<byte>();
        while (true)
        {
            var read = await link.Input.ReadAsync().AsTask().WaitAsync(Condition.Patience);
            got.AddRange(read.Buffer.ToArray());
            link.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await feeding;
        Assert.Equal([10, 11, 12, 13, 14], got);
        Assert.True(link.IsOver);
    }

    [Fact]
    public async Task A_place_that_is_not_kept_any_more_or_was_never_sent_cannot_be_resumed_at()
    {
        var (near, far) = DuplexPipePair.Create();
        var link = new SessionLink();
        link.TryAttach(LinkPair.Wrap(near), 0);
        var reading = link.Input.ReadAsync().AsTask();
        link.Output.Write(new byte[1000]);
        await link.Output.FlushAsync();
        await far.Output.WriteAsync(LinkPair.Ack(600));
        await Condition.HoldsAsync(() => !link.Writer.CanResumeAt(599));
        await link.DetachAsync(new IOException("cut"));

        Assert.False(link.TryAttach(LinkPair.Wrap(DuplexPipePair.Create().Left), 599));
        Assert.False(link.TryAttach(LinkPair.Wrap(DuplexPipePair.Create().Left), 1001));
        var (next, peer) = DuplexPipePair.Create();
        Assert.True(link.TryAttach(LinkPair.Wrap(next), 600));
        Assert.False(link.TryAttach(LinkPair.Wrap(DuplexPipePair.Create().Left), 600));

        var flushed = link.Output.FlushAsync().AsTask();
        var record = await peer.Input.ReadAtLeastAsync(LinkRecord.HeaderSize + 400).AsTask().WaitAsync(Condition.Patience);
        Assert.Equal(new LinkRecord(LinkRecordType.Data, 400), LinkRecord.Read(record.Buffer.FirstSpan));
        await flushed;
        link.Close(new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Condition.Patience));
    }

    private static async Task LeavesNothingAsync(LinkPair links)
    {
        await Condition.HoldsAsync(() => links.Connections == 0);
        links.Pool.AssertAllReturned();
    }
}
