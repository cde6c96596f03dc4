using System.Buffers;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class DatagramWriterTests : IDisposable
{
    private static readonly byte[][] Some = [[1, 2, 3], [], [4], Pattern.First(300), [5]];

    private readonly LeakCheckingPool _pool = new(16 * 1024);
    private readonly DropCounts _drops = new();
    private readonly RecordingSink _sink = new();

    public void Dispose()
    {
        _pool.Dispose();
        _drops.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Datagrams_split_at_any_two_bytes_arrive_whole(bool direct)
    {
        var bytes = Prefixed.Of(Some);
        for (var first = 0; first <= bytes.Length; first += first < 20 ? 1 : 13)
        {
            for (var second = first; second <= bytes.Length; second += 7)
            {
                _sink.Datagrams.Clear();
                var writer = Create();
                foreach (var range in new Range[] { ..first, first..second, second.. })
                {
                    if (direct)
                    {
                        await writer.WriteAsync(bytes.AsMemory(range));
                    }
                    else
                    {
                        writer.Write(bytes.AsSpan(range));
                        await writer.FlushAsync();
                    }
                }

                Assert.Equal(Some, _sink.Datagrams);
                writer.Complete();
            }
        }

        Assert.Equal(0, _drops.Of("malformed"));
    }

    [Fact]
    public async Task The_longest_arrives_and_what_is_longer_is_dropped_without_harm_to_the_next()
    {
        var writer = Create();
        var longest = Pattern.First(DatagramPrefix.MaxDatagram);
        await writer.WriteAsync(Prefixed.Of(longest, new byte[ushort.MaxValue], [1]));
        Assert.Equal([longest, [1]], _sink.Datagrams);
        Assert.Equal(1, _drops.Of("size"));

        // In pieces too, as a mux delivers them.
        _sink.Datagrams.Clear();
        foreach (var piece in Prefixed.Of(longest, [2]).Chunk(16 * 1024))
        {
            writer.Write(piece);
            await writer.FlushAsync();
        }

        Assert.Equal([longest, [2]], _sink.Datagrams);
        writer.Complete();
    }

    [Fact]
    public async Task A_sink_that_is_closed_ends_the_writer_and_half_a_datagram_at_the_end_is_counted()
    {
        var writer = Create();
        Assert.False((await writer.WriteAsync(Prefixed.Of([1]))).IsCompleted);
        _sink.IsClosed = true;
        Assert.True((await writer.WriteAsync(Prefixed.Of([1]))).IsCompleted);
        await writer.WriteAsync(new byte[] { 0, 9, 1 });
        writer.CancelPendingFlush();
        Assert.True((await writer.FlushAsync()).IsCanceled);
        writer.Complete();
        Assert.True(_sink.IsCompleted);
        Assert.Equal(1, _drops.Of("malformed"));
    }

    private DatagramWriter Create() => new(_sink, new DatagramDrops(_drops.Metrics, "in"), _pool);
}
