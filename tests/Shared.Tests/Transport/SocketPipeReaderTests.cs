using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

public sealed class SocketPipeReaderTests
{
    private const int Block = 16 * 1024;
    private const int LargeBlock = 64 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_much_is_taken_of_each_read_nothing_is_lost(int seed)
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        using var sender = client;
        using var receiver = server;
        var reader = new SocketPipeReader(receiver, pool, Block, LargeBlock);
        var random = new Random(seed);
        var data = new byte[2_000_000];
        random.NextBytes(data);
        var sending = SendAsync(sender, data, new Random(seed));
        var received = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await reader.ReadAsync().AsTask().WaitAsync(Wait.Bound);
            var taken = read.IsCompleted ? read.Buffer.Length : random.NextInt64(read.Buffer.Length + 1);
            var part = read.Buffer.Slice(0, taken);
            foreach (var segment in part)
            {
                received.Write(segment.Span);
            }

            // Now and then more is asked for although some was left, as a parser does that needs a whole message.
            reader.AdvanceTo(part.End, random.Next(2) == 0 ? read.Buffer.End : part.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await sending;
        reader.Complete();
        Assert.Equal(data, received.WrittenSpan.ToArray());
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task While_much_comes_reads_become_large_and_then_small_again()
    {
        var (client, server) = await SocketPair.CreateAsync();
        using var sender = client;
        using var receiver = server;
        receiver.ReceiveBufferSize = 16 * LargeBlock;
        var reader = new SocketPipeReader(receiver, new TrackingPool(), Block, LargeBlock);
        await sender.SendAsync(new byte[4 * LargeBlock]);
        var sizes = new List<long>();
        for (var left = 4L * LargeBlock; left > 0; left -= sizes[^1])
        {
            sizes.Add(await TakeAllAsync(reader));
        }

        Assert.Equal(Block, sizes[0]);
        Assert.InRange(sizes.Max(), Block + 1, LargeBlock);

        await sender.SendAsync(new byte[1]);
        Assert.Equal(1, await TakeAllAsync(reader));
        await sender.SendAsync(new byte[2 * Block]);
        Assert.InRange(await TakeAllAsync(reader), 1, Block);
        reader.Complete();
    }

    [Fact]
    public async Task A_read_that_ended_full_leaves_no_block_behind_while_nothing_comes()
    {
        var pool = new TrackingPool();
        var (client, server) = await SocketPair.CreateAsync();
        using var sender = client;
        using var receiver = server;
        var reader = new SocketPipeReader(receiver, pool, Block, LargeBlock);
        await sender.SendAsync(new byte[Block]);
        for (var left = Block; left > 0;)
        {
            left -= (int)await TakeAllAsync(reader);
        }

        var waiting = reader.ReadAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, pool.Rented);
        await sender.SendAsync(new byte[1]);
        Assert.Equal(1, (await waiting.WaitAsync(Wait.Bound)).Buffer.Length);
        reader.Complete();
    }

    [Fact]
    public async Task A_cancelled_read_returns_what_there_is_and_the_next_goes_on()
    {
        var (client, server) = await SocketPair.CreateAsync();
        using var sender = client;
        using var receiver = server;
        var reader = new SocketPipeReader(receiver, new TrackingPool(), Block, LargeBlock);
        reader.CancelPendingRead();
        Assert.True((await reader.ReadAsync()).IsCanceled);
        reader.AdvanceTo(default);
        Assert.False(reader.TryRead(out _));

        var waiting = reader.ReadAsync().AsTask();
        reader.CancelPendingRead();
        Assert.True((await waiting.WaitAsync(Wait.Bound)).IsCanceled);

        using var token = new CancellationTokenSource();
        var withToken = reader.ReadAsync(token.Token).AsTask();
        await token.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withToken.WaitAsync(Wait.Bound));

        await sender.SendAsync(new byte[3]);
        Assert.Equal(3, await TakeAllAsync(reader));
        sender.Shutdown(SocketShutdown.Send);
        Assert.True((await reader.ReadAsync().AsTask().WaitAsync(Wait.Bound)).IsCompleted);
        Assert.False(reader.CompletedEarly);
        reader.Complete();
    }

    private static async Task<long> TakeAllAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync().AsTask().WaitAsync(Wait.Bound);
        var length = read.Buffer.Length;
        reader.AdvanceTo(read.Buffer.End);
        return length;
    }

    private static async Task SendAsync(Socket socket, byte[] data, Random random)
    {
        for (var sent = 0; sent < data.Length;)
        {
            var length = Math.Min(random.Next(1, 100_000), data.Length - sent);
            sent += await socket.SendAsync(data.AsMemory(sent, length));
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
