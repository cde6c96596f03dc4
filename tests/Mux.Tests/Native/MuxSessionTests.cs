using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Tunnel.Mux.Native;
using Tunnel.Testing.Pipes;
using Xunit.Abstractions;

namespace Tunnel.Mux.Tests.Native;

public sealed class MuxSessionTests(ITestOutputHelper output)
{
    private static readonly StreamMetadata Metadata = new(new Destination(Network.Tcp, "example.com", 80));

    [Fact]
    public async Task A_stream_carries_bytes_both_ways_and_ends_in_order()
    {
        var (left, right) = DuplexPipePair.Create();
        await using var dialler = MuxSession.Start(left, isDialler: true);
        await using var acceptor = MuxSession.Start(right, isDialler: false);

        var opened = acceptor.TryOpen(Metadata)!;
        await opened.Output.WriteAsync("hello"u8.ToArray());
        await opened.Output.CompleteAsync();
        var accepted = (await dialler.AcceptAsync())!;
        Assert.Equal(Metadata, accepted.Metadata);
        Assert.Equal("hello"u8.ToArray(), await ReadAllAsync(accepted.Input));
        await accepted.Output.WriteAsync("good bye"u8.ToArray());
        await accepted.Output.CompleteAsync();
        Assert.Equal("good bye"u8.ToArray(), await ReadAllAsync(opened.Input));
        await opened.Closed;
        await accepted.Closed;
        await acceptor.DrainAsync(default);
        Assert.True((await dialler.Completion).IsOrderly, (await dialler.Completion).Message);
    }

    [Fact]
    public async Task Bulk()
    {
        var (left, right) = DuplexPipePair.Create();
        await using var dialler = MuxSession.Start(left, isDialler: true);
        await using var acceptor = MuxSession.Start(right, isDialler: false);
        var total = 2L << 30;
        for (var n = 1; n <= 8; n *= 8)
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var watch = Stopwatch.StartNew();
            var tasks = new List<Task>();
            for (var i = 0; i < n; i++)
            {
                var opened = acceptor.TryOpen(Metadata)!;
                tasks.Add(Task.Run(async () =>
                {
                    var block = new byte[16384];
                    for (long sent = 0; sent < total / n; sent += block.Length)
                    {
                        await opened.Output.WriteAsync(block);
                    }

                    await opened.Output.CompleteAsync();
                    await opened.Input.CompleteAsync();
                }));
                tasks.Add(Task.Run(async () =>
                {
                    var accepted = (await dialler.AcceptAsync())!;
                    long got = 0;
                    while (true)
                    {
                        var r = await accepted.Input.ReadAsync();
                        got += r.Buffer.Length;
                        accepted.Input.AdvanceTo(r.Buffer.End);
                        if (r.IsCompleted)
                        {
                            break;
                        }
                    }

                    Assert.Equal(total / n, got);
                    await accepted.Input.CompleteAsync();
                    await accepted.Output.CompleteAsync();
                }));
            }

            await Task.WhenAll(tasks);
            output.WriteLine($"{n} streams: {total / watch.Elapsed.TotalSeconds / (1 << 20):0} MiB/s, allocated {GC.GetTotalAllocatedBytes() - allocated}, rtt {acceptor.RoundTripTime}");
        }
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await reader.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                bytes.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                await reader.CompleteAsync();
                return bytes.WrittenSpan.ToArray();
            }
        }
    }
}
