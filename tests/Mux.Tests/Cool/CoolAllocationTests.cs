using System.IO.Pipelines;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Tests.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>A warm session moves frames without allocating. Alone, because the count is the process's.</summary>
[Collection(nameof(AllocationTests))]
public sealed class CoolAllocationTests
{
    private const int FrameBytes = 8 * 1024;
    private const double MostPerFrame = 0.05;

    // On a busy machine the pool adds threads, which are no frame's: a run without has to be waited for.
    private const int MaxAttempts = 100;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task A_frame_allocates_nothing(int count)
    {
        using var pool = new BlockPool();
        var (left, right) = DuplexPipePair.Create(pool);
        var options = new CoolOptions { Pool = pool, StallDeadline = TimeSpan.FromMinutes(1) };
        await using var opener = CoolSession.Start(left, CoolRole.Opener, options);
        await using var responder = CoolSession.Start(right, CoolRole.Responder, options);
        var streams = new List<(IMuxStream Opened, IMuxStream Accepted)>();
        for (var i = 0; i < count; i++)
        {
            streams.Add((opener.TryOpen(new StreamMetadata(Frames.Target))!, (await responder.AcceptAsync())!));
        }

        // What a run allocates to begin with is in the short one and in the long one, and not in their difference.
        var perFrame = double.MaxValue;
        for (var attempt = 0; attempt < MaxAttempts && perFrame > MostPerFrame; attempt++)
        {
            var inShort = await MoveAsync(streams, 1000 / count);
            var inLong = await MoveAsync(streams, 21_000 / count);
            perFrame = (inLong - inShort) / 20_000.0;
        }

        Assert.InRange(perFrame, double.MinValue, MostPerFrame);
        foreach (var (opened, accepted) in streams)
        {
            await opened.Output.CompleteAsync();
            await accepted.Output.CompleteAsync();
            await opened.Input.CompleteAsync();
            await accepted.Input.CompleteAsync();
        }
    }

    private static async Task<long> MoveAsync(List<(IMuxStream Opened, IMuxStream Accepted)> streams, int framesEach)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.WhenAll(streams.SelectMany(stream => new[]
        {
            Task.Run(() => WriteAsync(stream.Opened.Output, framesEach)),
            Task.Run(() => ReadAsync(stream.Accepted.Input, (long)framesEach * FrameBytes)),
        }));
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task WriteAsync(PipeWriter writer, int frames)
    {
        var block = new byte[FrameBytes];
        for (; frames > 0; frames--)
        {
            await writer.WriteAsync(block);
        }
    }

    private static async Task ReadAsync(PipeReader reader, long bytes)
    {
        while (bytes > 0)
        {
            var result = await reader.ReadAsync();
            bytes -= result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
        }
    }
}
