using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

public sealed class DuplexPipeStreamTests
{
    [Fact]
    public async Task Bytes_go_both_ways_and_a_read_of_none_waits_for_some()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var stream = new SocketCarrier(client).ToStream();
        await using var peer = new SocketConnection(server);
        await stream.WriteAsync("question"u8.ToArray());
        Assert.Equal("question"u8.ToArray(), await Wait.ReadExactAsync(peer.Input, 8));

        var waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        await peer.Output.WriteAsync("answer"u8.ToArray());
        Assert.Equal(0, await waiting.WaitAsync(Wait.Bound));
        var buffer = new byte[4];
        Assert.Equal(4, await stream.ReadAsync(buffer));
        Assert.Equal("answ"u8.ToArray(), buffer);
        Assert.Equal(2, await stream.ReadAsync(buffer));
        await peer.Output.CompleteAsync();
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Disposed_it_ends_the_connection_it_took_over()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var peer = new SocketConnection(server);
        var stream = new SocketCarrier(client).ToStream(pool);
        await stream.WriteAsync("bye"u8.ToArray());
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.Equal("bye"u8.ToArray(), await Wait.ReadAllAsync(peer.Input));
        await Wait.UntilAsync(() => pool.Rented == 0, "all blocks are back");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1]).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task A_read_that_is_under_way_ends_before_the_pipe_does()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var peer = new SocketConnection(server);
        var stream = new SocketCarrier(client).ToStream(pool);
        var reading = stream.ReadAsync(new byte[1]).AsTask();
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Wait.Bound));
        Assert.Empty(await Wait.ReadAllAsync(peer.Input));
        await Wait.UntilAsync(() => pool.Rented == 0, "all blocks are back");
    }

    [Fact]
    public async Task A_write_that_nobody_reads_ends_too()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        await using var peer = new SocketConnection(server);
        var stream = new SocketCarrier(client).ToStream(pool);
        var writing = WriteAsync();
        await Task.Delay(50);
        Assert.False(writing.IsCompleted);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Wait.Bound));
        await Wait.UntilAsync(() => pool.Rented == 0, "all blocks are back");

        async Task WriteAsync()
        {
            var block = new byte[64 * 1024];
            while (true)
            {
                await stream.WriteAsync(block);
            }
        }
    }

    [Fact]
    public async Task The_owner_is_told_once_when_nothing_is_under_way()
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var connection = new SocketConnection(client);
        await using var peer = new SocketConnection(server);
        var told = 0;
        var stream = new DuplexPipeStream(connection, () => Interlocked.Increment(ref told));
        var reading = stream.ReadAsync(new byte[1]).AsTask();
        Assert.Equal(0, told);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Wait.Bound));
        await stream.DisposeAsync();
        await Wait.UntilAsync(() => told > 0, "the owner is told");
        Assert.Equal(1, told);
    }
}
