using System.IO.Pipelines;
using System.Net.Sockets;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using RelayRunner = Tunnel.Shared.Relay.Relay;

namespace Tunnel.Shared.Tests.Relay;

public sealed class RelayTests
{
    private readonly DuplexPipePair _left = new();
    private readonly DuplexPipePair _right = new();

    private IDuplexPipe Left => _left.Near;

    private IDuplexPipe Right => _right.Near;

    [Fact]
    public async Task Carries_both_ways_and_counts()
    {
        var relay = RunAsync();
        await Left.Output.WriteAsync("request"u8.ToArray());
        Assert.Equal("request"u8.ToArray(), await Wait.ReadExactAsync(Right.Input, 7));
        await Right.Output.WriteAsync("answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await Wait.ReadExactAsync(Left.Input, 6));
        Left.Output.Complete();
        Right.Output.Complete();
        Assert.Equal(new RelayResult(7, 6, RelayEnd.Completed, Error: null), await relay.WaitAsync(Wait.Bound));
    }

    [Fact]
    public async Task A_half_close_passes_and_the_other_direction_lives_on()
    {
        var relay = RunAsync();
        await Left.Output.WriteAsync("all"u8.ToArray());
        Left.Output.Complete();
        Assert.Equal("all"u8.ToArray(), await Wait.ReadAllAsync(Right.Input));
        Assert.False(relay.IsCompleted);
        await Right.Output.WriteAsync("late answer"u8.ToArray());
        Right.Output.Complete();
        Assert.Equal("late answer"u8.ToArray(), await Wait.ReadAllAsync(Left.Input));
        Assert.Equal(RelayEnd.Completed, (await relay.WaitAsync(Wait.Bound)).End);
    }

    [Fact]
    public async Task A_failure_of_one_side_aborts_the_other()
    {
        var relay = RunAsync();
        Left.Output.Complete(new IOException("reset"));
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Right.Input));
        var result = await relay.WaitAsync(Wait.Bound);
        Assert.Equal(RelayEnd.LeftFailed, result.End);
        Assert.Equal("reset", result.Error!.Message);

        // The failed side is completed as well.
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
        await Assert.ThrowsAsync<RelayAbortedException>(async () => await Right.Output.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task Cancellation_aborts_both()
    {
        using var cancellation = new CancellationTokenSource();
        var relay = RunAsync(cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(RelayEnd.Cancelled, (await relay.WaitAsync(Wait.Bound)).End);
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Right.Input));
    }

    [Fact]
    public async Task Cancellation_before_the_start_completes_everything()
    {
        Assert.Equal(RelayEnd.Cancelled, (await RunAsync(cancellation: new CancellationToken(canceled: true)).WaitAsync(Wait.Bound)).End);
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
    }

    [Fact]
    public async Task A_side_that_stops_reading_stops_its_source_only()
    {
        var relay = RunAsync();
        Right.Input.Complete();
        await Left.Output.WriteAsync(new byte[1]);
        await Wait.UntilAsync(() => Left.Output.WriteAsync(new byte[1]).AsTask().Result.IsCompleted, "the source was told to stop");
        Assert.False(relay.IsCompleted);
        await Right.Output.WriteAsync("early answer"u8.ToArray());
        Right.Output.Complete();
        Assert.Equal("early answer"u8.ToArray(), await Wait.ReadAllAsync(Left.Input));
        Assert.Equal(RelayEnd.Completed, (await relay.WaitAsync(Wait.Bound)).End);
    }

    [Fact]
    public async Task A_slow_reader_holds_the_source_back()
    {
        var relay = RunAsync();
        const int blocks = 64;
        var block = new byte[16 * 1024];
        var written = 0;
        var writing = WriteAsync();

        // Each of the two pipes holds 64 KiB (the default threshold) and one block more, and one read is under way.
        var held = await Right.Input.ReadAtLeastAsync(64 * 1024);
        Assert.InRange(Volatile.Read(ref written), 4, 16);
        Assert.False(writing.IsCompleted);
        Right.Input.AdvanceTo(held.Buffer.Start);
        Assert.Equal(blocks * block.Length, (await Wait.ReadAllAsync(Right.Input)).Length);
        await writing.WaitAsync(Wait.Bound);
        Right.Output.Complete();
        Assert.Equal(RelayEnd.Completed, (await relay.WaitAsync(Wait.Bound)).End);

        async Task WriteAsync()
        {
            for (; written < blocks; Interlocked.Increment(ref written))
            {
                await Left.Output.WriteAsync(block);
            }

            Left.Output.Complete();
        }
    }

    [Fact]
    public async Task A_write_that_fails_lets_the_answer_finish()
    {
        var broken = new FailingWriter();
        var relay = RelayRunner.RunAsync(_left.Far, new Pair(_right.Far.Input, broken), options: null, CancellationToken.None);
        await Left.Output.WriteAsync("request"u8.ToArray());
        await broken.Failed.Task.WaitAsync(Wait.Bound);
        await Right.Output.WriteAsync("answer"u8.ToArray());
        Right.Output.Complete();
        Assert.Equal("answer"u8.ToArray(), await Wait.ReadAllAsync(Left.Input));
        Assert.Equal(RelayEnd.Completed, (await relay.WaitAsync(Wait.Bound)).End);
    }

    [Fact]
    public async Task A_write_that_fails_aborts_when_the_grace_is_over()
    {
        var options = new RelayOptions { WriteFailureGrace = TimeSpan.Zero };
        var relay = RelayRunner.RunAsync(_left.Far, new Pair(_right.Far.Input, new FailingWriter()), options, CancellationToken.None);
        await Left.Output.WriteAsync("request"u8.ToArray());
        Assert.Equal(RelayEnd.RightFailed, (await relay.WaitAsync(Wait.Bound)).End);
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
    }

    [Fact]
    public async Task Sockets_end_to_end_leak_no_block()
    {
        var pool = new TrackingPool();
        var (visitor, inbound) = await SocketPair.CreateAsync();
        var (outbound, target) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(inbound, pool);
        await using var right = new SocketConnection(outbound, pool);
        var relay = RelayRunner.RunAsync(left, right, options: null, CancellationToken.None);
        await using var far = new SocketConnection(target);
        await using var near = new SocketConnection(visitor);
        var data = new byte[2_000_000];
        Random.Shared.NextBytes(data);
        var echo = EchoAsync(far);
        var sending = near.Output.WriteAsync(data).AsTask();
        var received = await Wait.ReadExactAsync(near.Input, data.Length);
        await sending.WaitAsync(Wait.Bound);
        near.Output.Complete();
        Assert.Empty(await Wait.ReadAllAsync(near.Input));
        await echo.WaitAsync(Wait.Bound);
        Assert.Equal(data, received);
        Assert.Equal(new RelayResult(data.Length, data.Length, RelayEnd.Completed, Error: null), await relay.WaitAsync(Wait.Bound));
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task A_reset_socket_resets_the_other()
    {
        var (visitor, inbound) = await SocketPair.CreateAsync();
        var (outbound, target) = await SocketPair.CreateAsync();
        using var silent = target;
        await using var left = new SocketConnection(inbound);
        await using var right = new SocketConnection(outbound);
        var relay = RelayRunner.RunAsync(left, right, options: null, CancellationToken.None);
        await using (var near = new SocketConnection(visitor))
        {
            near.Abort();
        }

        Assert.Equal(RelayEnd.LeftFailed, (await relay.WaitAsync(Wait.Bound)).End);
        var failure = await Assert.ThrowsAsync<SocketException>(async () => await target.ReceiveAsync(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    private Task<RelayResult> RunAsync(RelayOptions? options = null, CancellationToken cancellation = default) =>
        RelayRunner.RunAsync(_left.Far, _right.Far, options, cancellation);

    private static async Task EchoAsync(SocketConnection connection)
    {
        await connection.Input.CopyToAsync(connection.Output);
        connection.Output.Complete();
    }

    private sealed record Pair(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class FailingWriter : PipeWriter
    {
        private readonly byte[] _memory = new byte[1024];

        public TaskCompletionSource Failed { get; } = new();

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Failed.TrySetResult();
            throw new IOException("broken pipe");
        }
    }
}
