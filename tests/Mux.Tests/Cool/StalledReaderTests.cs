using Tunnel.Mux.Cool;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Readers that are slow or stand still, on a dialect that has nothing to hold one stream back alone.</summary>
public sealed class StalledReaderTests
{
    private const int StreamBuffer = 64 * 1024;

    private readonly ManualTimeProvider _clock = new();

    private CoolOptions Options => new() { Time = _clock, StreamBuffer = StreamBuffer, DelayEndUntilResponseEnds = false };

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task A_reader_that_stands_still_loses_its_stream_after_the_deadline_and_the_others_go_on(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role, Options);
        var (stalled, other) = await OpenTwoAsync(peer, role);
        await peer.SendAsync(Frames.Keep(1, new byte[StreamBuffer - 100]), Frames.Keep(1, new byte[1000]), Frames.Keep(2, [1, 2, 3]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        Assert.False(peer.Session.CanOpen);
        Assert.False(other.Input.TryRead(out _));

        _clock.Advance(Options.StallDeadline - TimeSpan.FromMilliseconds(1));
        Assert.False(stalled.Closed.IsCompleted);
        await AdvanceAsync(TimeSpan.FromMilliseconds(1), stalled.Closed);
        Assert.Equal([1, 2, 3], await other.Input.ReadExactlyAsync(3));
        Assert.Contains("took nothing", (await stalled.Input.FailureAsync()).Message, StringComparison.Ordinal);
        await peer.ExpectEndAsync(1, isError: true);

        // What is on its way still is dropped.
        await peer.SendAsync(Frames.Keep(1, new byte[60_000]), Frames.Keep(2, [4]));
        Assert.Equal([4], await other.Input.ReadExactlyAsync(1));
        Assert.Equal(role == CoolRole.Opener, peer.Session.CanOpen);
    }

    [Fact]
    public async Task A_reader_that_takes_something_now_and_then_keeps_its_stream()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options);
        var stream = await peer.OpenAsync(1);
        var bytes = new byte[StreamBuffer * 3];
        new Random(1).NextBytes(bytes);
        var sending = Task.Run(async () =>
        {
            foreach (var chunk in bytes.Chunk(8192))
            {
                await peer.SendAsync(Frames.Keep(1, chunk));
            }

            await peer.SendAsync(Frames.End(1));
        });
        var received = new List<byte>();
        while (received.Count < bytes.Length)
        {
            if (bytes.Length - received.Count > StreamBuffer)
            {
                await Condition.HoldsAsync(() => peer.Session.IsPaused);
                _clock.Advance(Options.StallDeadline - TimeSpan.FromMilliseconds(1));
            }

            received.AddRange(await stream.Input.ReadExactlyAsync(Math.Min(9000, bytes.Length - received.Count)));
            Assert.InRange(peer.Session.Budget.Used, 0, StreamBuffer);
        }

        await sending;
        Assert.Equal(bytes, received);
        Assert.Empty(await stream.Input.ReadAllAsync());
    }

    [Fact]
    public async Task A_session_that_waits_can_be_opened_on_though_others_are_better()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener, Options);
        await peer.BeOpenedAsync();
        await peer.SendAsync(Frames.Keep(1, new byte[StreamBuffer - 1]), Frames.Keep(1, new byte[2]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        Assert.False(peer.Session.CanOpen);
        await peer.BeOpenedAsync();
    }

    [Fact]
    public async Task A_wait_is_over_when_the_reader_leaves_or_the_session_ends()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options);
        var first = await peer.OpenAsync(1);
        var second = await peer.OpenAsync(2);
        await peer.SendAsync(Frames.Keep(1, new byte[StreamBuffer - 1]), Frames.Keep(1, new byte[2]), Frames.Keep(2, [1]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        await first.Input.CompleteAsync();
        Assert.Equal([1], await second.Input.ReadExactlyAsync(1));

        await peer.SendAsync(Frames.Keep(2, new byte[StreamBuffer - 1]), Frames.Keep(2, new byte[2]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        peer.Session.Abort(MuxErrorCode.Cancel, "enough");
        Assert.Equal("enough", (await peer.Session.Completion.WaitAsync(Condition.Patience)).Message);
    }

    [Fact]
    public async Task A_wait_is_over_when_the_stream_is_aborted()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options);
        var first = await peer.OpenAsync(1);
        var second = await peer.OpenAsync(2);
        await peer.SendAsync(Frames.Keep(1, new byte[StreamBuffer - 1]), Frames.Keep(1, new byte[2]), Frames.Keep(2, [1]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        first.Abort(MuxErrorCode.Cancel);
        Assert.Equal([1], await second.Input.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task Nothing_that_a_peer_sends_takes_more_memory_than_the_session_may_have()
    {
        const int Streams = 20;
        const int SessionBuffer = 256 * 1024;
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options with { SessionBuffer = SessionBuffer, DatagramBuffer = 80 * 1024 }, pauseThreshold: 32 * 1024);
        for (ushort id = 1; id <= Streams; id++)
        {
            await peer.OpenAsync(id, id % 4 == 0 ? Frames.UdpTarget : Frames.Target);
        }

        var sending = Task.Run(async () =>
        {
            for (var round = 0; round < 40; round++)
            {
                for (ushort id = 1; id <= Streams; id++)
                {
                    await peer.SendAsync(Frames.Keep(id, new byte[5000]));
                }
            }
        });
        while (!sending.IsCompleted)
        {
            // Blocks are shared by no two streams; the connection holds some in each direction.
            Assert.InRange(peer.Session.Budget.Used, 0, SessionBuffer + 8192);
            Assert.InRange(peer.Pool.Rented, 0, (SessionBuffer / (16 * 1024)) + (2 * Streams) + 16);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await sending;
        Assert.False(peer.Session.Completion.IsCompleted);
    }

    [Fact]
    public async Task When_all_memory_is_used_the_largest_stream_that_stands_still_is_given_up_for_one_that_is_read()
    {
        const int SessionBuffer = 128 * 1024;
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options with { SessionBuffer = SessionBuffer, DatagramBuffer = 80 * 1024 });
        var small = await peer.OpenAsync(1);
        var large = await peer.OpenAsync(2);
        var middle = await peer.OpenAsync(3);
        var read = await peer.OpenAsync(4);
        await peer.SendAsync(Frames.Keep(1, new byte[20_000]), Frames.Keep(2, new byte[60_000]), Frames.Keep(3, new byte[SessionBuffer - 80_000]));
        await Condition.HoldsAsync(() => peer.Session.Budget.Used == SessionBuffer);
        _clock.Advance(Options.StallDeadline);
        await peer.SendAsync(Frames.Keep(4, [1, 2, 3]));
        await large.Closed.WaitAsync(Condition.Patience);
        await peer.ExpectEndAsync(2, isError: true);
        await large.Input.CompleteAsync();
        Assert.Equal([1, 2, 3], await read.Input.ReadExactlyAsync(3));
        Assert.False(small.Closed.IsCompleted);
        Assert.False(middle.Closed.IsCompleted);
    }

    [Fact]
    public async Task When_no_memory_comes_back_the_stream_that_needs_it_is_given_up()
    {
        const int SessionBuffer = 128 * 1024;
        await using var peer = new CoolRawPeer(CoolRole.Responder, Options with { SessionBuffer = SessionBuffer, DatagramBuffer = 80 * 1024 });
        for (ushort id = 1; id <= 2; id++)
        {
            // Dead, but nobody has completed their inputs.
            var dead = await peer.OpenAsync(id);
            await peer.SendAsync(Frames.Keep(id, new byte[60_000]));
            await Condition.HoldsAsync(() => peer.Session.Budget.Used == id * 60_000);
            dead.Abort(MuxErrorCode.Cancel);
            await peer.ExpectEndAsync(id, isError: true);
        }

        var stream = await peer.OpenAsync(3);
        await peer.SendAsync(Frames.Keep(3, new byte[SessionBuffer - 120_000 + 1]));
        await Condition.HoldsAsync(() => peer.Session.IsPaused);
        await AdvanceAsync(Options.StallDeadline, stream.Closed);
        await peer.ExpectEndAsync(3, isError: true);
        await peer.OpenAsync(4);
    }

    /// <summary>Lets time pass until a task completes: a session that has begun to wait may not have looked at the clock yet.</summary>
    private async Task AdvanceAsync(TimeSpan time, Task until)
    {
        await Condition.HoldsAsync(() =>
        {
            _clock.Advance(time);
            return until.IsCompleted;
        });
        await until;
    }

    private static async Task<(IMuxStream First, IMuxStream Second)> OpenTwoAsync(CoolRawPeer peer, CoolRole role) =>
        role == CoolRole.Opener
            ? (await peer.BeOpenedAsync(), await peer.BeOpenedAsync())
            : (await peer.OpenAsync(1), await peer.OpenAsync(2));
}
