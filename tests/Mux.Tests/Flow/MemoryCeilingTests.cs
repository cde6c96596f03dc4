using System.IO.Pipelines;
using Tunnel.Mux.Flow;
using Tunnel.Mux.Native;
using Tunnel.Mux.Tests.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Flow;

public sealed class MemoryCeilingTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    [Fact]
    public void Windows_shrink_as_all_sessions_together_take_more()
    {
        var ceiling = new MemoryCeiling(1024L * MiB);
        var busy = new WindowBudget(4096L * MiB, 256 * KiB, ceiling);
        var other = new WindowBudget(4096L * MiB, 256 * KiB, ceiling);
        Assert.Equal(256 * KiB, other.InitialWindow);
        busy.Commit(768L * MiB);
        Assert.Equal(64 * KiB, other.InitialWindow);
        Assert.False(other.TryGrow(MiB));
        Assert.Equal(768L * MiB, ceiling.Used);
        busy.Release(768L * MiB);
        Assert.True(other.TryGrow(MiB));
    }

    [Fact]
    public async Task Near_the_ceiling_there_are_no_new_streams_until_some_have_ended()
    {
        var ceiling = new MemoryCeiling(MiB);
        var options = MuxOptions.Default with { Ceiling = ceiling, WindowBudget = 1024L * MiB, InitialWindow = 64 * KiB };
        await using var pair = new SessionPair(dialler: options);
        var streams = new List<IMuxStream>();
        while (pair.Dialler.TryOpen(SessionPair.Metadata) is { } stream)
        {
            streams.Add(stream);
            Assert.InRange(streams.Count, 0, MiB / MemoryCeiling.SmallestStream);
        }

        Assert.InRange(ceiling.Used, MiB - MemoryCeiling.SmallestStream + 1, MiB);
        Assert.False(pair.Dialler.CanOpen);
        foreach (var stream in streams)
        {
            stream.Abort(MuxErrorCode.Cancel);
            await stream.Input.CompleteAsync();
            await stream.Output.CompleteAsync();
        }

        Assert.Equal(0, ceiling.Used);
        Assert.True(pair.Dialler.CanOpen);
    }
}
