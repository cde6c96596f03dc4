using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;

namespace Tunnel.Shared.Tests.Transport;

/// <summary>Waiting for conditions, with a bound that only a broken build reaches.</summary>
internal static class Wait
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Bound, "waited in vain until " + what);
            await Task.Delay(5);
        }
    }

    /// <summary>Everything until the end of the input.</summary>
    public static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (true)
        {
            var read = await reader.ReadAsync(bound.Token);
            if (read.IsCompleted)
            {
                var all = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return all;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Exactly this many bytes.</summary>
    public static async Task<byte[]> ReadExactAsync(PipeReader reader, int count)
    {
        using var bound = new CancellationTokenSource(Bound);
        var read = await reader.ReadAtLeastAsync(count, bound.Token);
        var bytes = read.Buffer.Slice(0, count).ToArray();
        reader.AdvanceTo(read.Buffer.GetPosition(count));
        return bytes;
    }
}
