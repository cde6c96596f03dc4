using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Hundreds of streams at once, opened, written, half-closed and aborted from both sides; every byte that arrives is checked.</summary>
public sealed class StressTests
{
    private const int Streams = 300;

    [Theory]
    [InlineData(256 * 1024, 64 * 1024 * 1024)]
    [InlineData(16 * 1024, 1024 * 1024)]
    public async Task In_memory(int window, long budget)
    {
        var options = new MuxOptions { InitialWindow = window, MaxWindow = 4 * window, WindowBudget = budget };
        await using var pair = new SessionPair(options, options);
        await RunAsync(pair);
    }

    [Fact]
    public async Task In_memory_through_a_narrow_connection()
    {
        await using var pair = new SessionPair(connection: DuplexPipePair.Create(pauseThreshold: 4096));
        await RunAsync(pair);
    }

    [Fact]
    public async Task Over_a_loopback_socket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await accepting;
        await using var pair = new SessionPair(connection: (Wrap(client), Wrap(server)));
        await RunAsync(pair);
        var drain = pair.Dialler.DrainAsync(CancellationToken.None);
        await drain.WaitAsync(Condition.Patience);
        Assert.True((await pair.Dialler.Completion).IsOrderly);
        Assert.True((await pair.Acceptor.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    internal static async Task RunAsync(SessionPair pair)
    {
        var accepting = Task.WhenAll(AcceptAsync(pair.Dialler), AcceptAsync(pair.Acceptor));
        var opening = Enumerable.Range(0, Streams).Select(i => Task.Run(async () =>
        {
            var from = i % 2 == 0 ? pair.Dialler : pair.Acceptor;
            await UseAsync(from.TryOpen(SessionPair.Metadata)!, new Random(i), isOpener: true);
        }));
        await Task.WhenAll(opening).WaitAsync(Condition.Patience);
        await accepting.WaitAsync(Condition.Patience);
        await Condition.HoldsAsync(() => pair.Dialler.StreamCount == 0 && pair.Acceptor.StreamCount == 0);
        Assert.False(pair.Dialler.Completion.IsCompleted, pair.Dialler.Completion.IsCompleted ? (await pair.Dialler.Completion).ToString() : "");
    }

    private static async Task AcceptAsync(IMuxSession session)
    {
        var work = new List<Task>();
        for (var i = 0; i < Streams / 2; i++)
        {
            var stream = (await session.AcceptAsync().AsTask().WaitAsync(Condition.Patience))!;
            work.Add(Task.Run(() => UseAsync(stream, new Random((int)stream.Id), isOpener: false)));
        }

        await Task.WhenAll(work);
    }

    private static async Task UseAsync(IMuxStream stream, Random random, bool isOpener)
    {
        var fate = random.Next(10);
        var stopAfter = fate == 0 ? random.Next(100_000) : int.MaxValue;
        var abortAfter = fate == 1 ? random.Next(100_000) : int.MaxValue;
        var length = random.Next(300_000);
        await Task.WhenAll(
            Task.Run(() => WriteAsync(stream, new Random(random.Next()), length, abortAfter, isOpener)),
            Task.Run(() => ReadAsync(stream, stopAfter, !isOpener)));
        await stream.Closed.WaitAsync(Condition.Patience);
    }

    private static async Task WriteAsync(IMuxStream stream, Random random, int length, int abortAfter, bool isOpener)
    {
        try
        {
            for (var written = 0; written < length;)
            {
                var count = Math.Min(length - written, random.Next(1, 20_000));
                Fill(stream.Output.GetSpan(count)[..count], written, stream.Id, isOpener);
                stream.Output.Advance(count);
                written += count;
                if (random.Next(3) != 0 && (await stream.Output.FlushAsync()).IsCompleted)
                {
                    break;
                }

                if (written > abortAfter)
                {
                    stream.Abort(MuxErrorCode.Cancel, "as planned");
                    break;
                }
            }
        }
        catch (MuxStreamException exception)
        {
            Assert.Equal(MuxErrorCode.Cancel, exception.Code);
        }

        await stream.Output.CompleteAsync();
    }

    private static async Task ReadAsync(IMuxStream stream, int stopAfter, bool fromOpener)
    {
        try
        {
            var total = 0;
            var expected = new byte[BufferSize];
            while (total < stopAfter)
            {
                var result = await stream.Input.ReadAsync();
                foreach (var segment in result.Buffer)
                {
                    Fill(expected.AsSpan(0, segment.Length), total, stream.Id, fromOpener);
                    Assert.True(expected.AsSpan(0, segment.Length).SequenceEqual(segment.Span), $"stream {stream.Id} differs behind byte {total}");
                    total += segment.Length;
                }

                stream.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (MuxStreamException exception)
        {
            Assert.Equal(MuxErrorCode.Cancel, exception.Code);
        }

        await stream.Input.CompleteAsync();
    }

    private const int BufferSize = 64 * 1024;

    // Each byte follows from its place, its stream and its direction, so that nothing can be swapped unseen.
    private static void Fill(Span<byte> span, int offset, long id, bool isOpener)
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (byte)(((offset + i) * 31) + (id * 17) + (isOpener ? 7 : 0) + ((offset + i) >> 8));
        }
    }

    private static IDuplexPipe Wrap(TcpClient client)
    {
        client.NoDelay = true;
        var stream = client.GetStream();
        return new SocketEnds(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true)),
            PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: false)));
    }

    private sealed record SocketEnds(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
