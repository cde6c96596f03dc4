using System.Buffers;
using System.Net.Sockets;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

public sealed class SocketConnectionTests
{
    [Fact]
    public async Task Carries_bytes_both_ways_and_holds_no_block_when_idle()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client, pool);
        await using var right = new SocketConnection(server, pool);
        var waiting = right.Input.ReadAsync().AsTask();
        Assert.Equal(0, pool.Rented);

        await left.Output.WriteAsync("hello"u8.ToArray());
        var read = await waiting.WaitAsync(Wait.Bound);
        Assert.Equal("hello"u8.ToArray(), read.Buffer.ToArray());
        right.Input.AdvanceTo(read.Buffer.End);
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task One_flush_of_many_blocks_arrives_in_order()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client, pool);
        await using var right = new SocketConnection(server, pool);
        var data = Data(3_000_001);
        left.Output.Write(data.AsSpan(0, 1_000_000));
        Assert.Equal(1_000_000, left.Output.UnflushedBytes);
        var writing = WriteAsync();
        var received = await Wait.ReadAllAsync(right.Input);
        await writing.WaitAsync(Wait.Bound);
        Assert.Equal(data, received);
        await right.Input.CompleteAsync();
        Assert.Equal(0, pool.Rented);

        async Task WriteAsync()
        {
            await left.Output.WriteAsync(data.AsMemory(1_000_000, 2_000_000));
            left.Output.Write(data.AsSpan(3_000_000));
            await left.Output.CompleteAsync();
        }
    }

    [Fact]
    public async Task Half_close_leaves_the_other_direction_open()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client);
        await using var right = new SocketConnection(server);
        left.Output.Complete();
        Assert.Empty(await Wait.ReadAllAsync(right.Input));
        await right.Output.WriteAsync("still here"u8.ToArray());
        right.Output.Complete();
        Assert.Equal("still here"u8.ToArray(), await Wait.ReadAllAsync(left.Input));
    }

    [Fact]
    public async Task Completing_with_an_exception_resets()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client);
        await using var right = new SocketConnection(server);
        left.Output.Complete(new IOException("no more"));
        var failure = await Assert.ThrowsAsync<IOException>(async () => await right.Input.ReadAsync().AsTask().WaitAsync(Wait.Bound));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task Abort_fails_pending_reads_and_flushes_and_returns_all_blocks()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var right = new SocketConnection(server);
        var left = new SocketConnection(client, pool);
        var read = left.Input.ReadAsync().AsTask();
        left.Output.Write(Data(64 * 1024 * 1024));
        var flush = left.Output.FlushAsync().AsTask();
        left.Abort();
        left.Abort();
        await Assert.ThrowsAsync<IOException>(() => read.WaitAsync(Wait.Bound));
        await Assert.ThrowsAsync<IOException>(() => flush.WaitAsync(Wait.Bound));
        await Assert.ThrowsAsync<IOException>(async () => await left.Output.WriteAsync(new byte[1]));
        await Assert.ThrowsAsync<IOException>(async () => await left.Input.ReadAsync());
        left.Input.Complete();
        left.Output.Complete();
        await left.DisposeAsync();
        await left.DisposeAsync();
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task A_pending_flush_can_be_cancelled_and_aborts_the_connection()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var right = new SocketConnection(server);
        await using var left = new SocketConnection(client);
        var flush = left.Output.WriteAsync(Data(64 * 1024 * 1024)).AsTask();
        Assert.False(flush.IsCompleted);
        left.Output.CancelPendingFlush();
        Assert.True((await flush.WaitAsync(Wait.Bound)).IsCanceled);
        await Assert.ThrowsAsync<IOException>(() => Wait.ReadAllAsync(right.Input));
    }

    [Fact]
    public async Task A_flush_whose_token_is_cancelled_throws_cancellation()
    {
        var (client, server) = await SocketPair.CreateAsync();
        using var peer = server;
        await using var left = new SocketConnection(client);
        using var cancellation = new CancellationTokenSource();
        var flush = left.Output.WriteAsync(Data(64 * 1024 * 1024), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(Wait.Bound));
    }

    [Fact]
    public async Task A_cancelled_read_leaves_the_connection_usable()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client);
        await using var right = new SocketConnection(server);
        var read = left.Input.ReadAsync().AsTask();
        left.Input.CancelPendingRead();
        var result = await read.WaitAsync(Wait.Bound);
        Assert.True(result.IsCanceled);
        left.Input.AdvanceTo(result.Buffer.End);
        await right.Output.WriteAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await Wait.ReadExactAsync(left.Input, 1));
    }

    [Fact]
    public async Task An_answer_survives_when_the_request_was_not_read_to_its_end()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var left = new SocketConnection(client);
        await left.Output.WriteAsync(Data(100_000));
        var right = new SocketConnection(server);
        await Wait.ReadExactAsync(right.Input, 10);
        await right.Output.WriteAsync(Data(200_000));
        right.Output.Complete();
        right.Input.Complete();
        await right.DisposeAsync();

        // The unread rest of the request would make a plain close reset the connection.
        await left.Output.WriteAsync(Data(1000));
        Assert.Equal(Data(200_000), await Wait.ReadAllAsync(left.Input));
    }

    private static byte[] Data(int count)
    {
        var data = new byte[count];
        new Random(count).NextBytes(data);
        return data;
    }
}
