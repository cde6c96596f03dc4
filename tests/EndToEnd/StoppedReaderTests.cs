using System.Diagnostics;
using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>The fault of V2Ray's mux: one reader who stops must not stop the others.</summary>
[Collection(HeavyCollection.Name)]
public sealed class StoppedReaderTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Others = 9;
    private const long Mebibyte = 1024 * 1024;
    private const long Warmth = 8 * Mebibyte;
    private const long EachReads = 64 * Mebibyte;

    // Windows and socket buffers of ten downloads at most; a program that queues for the stopped one passes it in no time.
    private const long MemoryBound = 256 * Mebibyte;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SamplePause = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Nine_downloads_go_on_beside_a_stopped_one()
    {
        var (portal, bridge) = await StartPairAsync(TcpTargets.Source());
        var programs = new[] { portal.Process, bridge };
        var downloads = new List<Visitor>();
        for (var i = 0; i < Others + 1; i++)
        {
            downloads.Add(Own(await Visitor.ConnectAsync(portal.Public)));
        }

        Assert.Equal(1, portal.Log.CountOf(LogLines.BridgeConnected));
        await Task.Run(() => Task.WhenAll(downloads.Select(d => d.ReadPatternAsync(0, Warmth, Limit))));

        using var stop = new CancellationTokenSource();
        var peaks = Task.Run(() => PeaksAsync(programs, stop.Token));

        // The tenth runs along, then stops; it is the same nine that are measured.
        var (tenth, nine) = (downloads[^1], downloads[..Others]);
        var running = await Task.Run(() => MeasureAsync(nine, Warmth, tenth));
        var tenthStandsAt = running.TenthAt;
        var stopped = await Task.Run(() => MeasureAsync(nine, Warmth + EachReads, tenth: null));

        await stop.CancelAsync();
        var peak = await peaks;
        for (var i = 0; i < programs.Length; i++)
        {
            Output.WriteLine($"{programs[i].Name}: at most {peak[i] / Mebibyte} MiB");
            Assert.InRange(peak[i], 0, MemoryBound);
        }

        Output.WriteLine(
            $"nine beside a running reader {running.MebibytesPerSecond:0} MiB/s, beside a stopped one {stopped.MebibytesPerSecond:0} MiB/s, " +
            $"ratio {stopped.MebibytesPerSecond / running.MebibytesPerSecond:0.00}");

        // It lost nothing by stopping: more than any buffer could hold still comes, byte for byte.
        await tenth.ReadPatternAsync(tenthStandsAt, EachReads, Limit);
    }

    private static async Task<(double MebibytesPerSecond, long TenthAt)> MeasureAsync(List<Visitor> nine, long offset, Visitor? tenth)
    {
        var start = Stopwatch.GetTimestamp();
        var done = false;
        var measured = Task.WhenAll(nine.Select(d => d.ReadPatternAsync(offset, EachReads, Limit)));
        var tenthAt = Warmth;
        var along = Task.Run(async () =>
        {
            while (tenth is not null && !Volatile.Read(ref done))
            {
                await tenth.ReadPatternAsync(tenthAt, Pattern.MaxSlice, Limit);
                tenthAt += Pattern.MaxSlice;
            }
        });
        await measured;
        var elapsed = Stopwatch.GetElapsedTime(start);
        Volatile.Write(ref done, true);
        await along;
        return (nine.Count * EachReads / Mebibyte / elapsed.TotalSeconds, tenthAt);
    }

    private static async Task<long[]> PeaksAsync(ProgramProcess[] programs, CancellationToken stop)
    {
        var peaks = new long[programs.Length];
        do
        {
            for (var i = 0; i < programs.Length; i++)
            {
                peaks[i] = Math.Max(peaks[i], ProcessFigures.AnonymousBytes(programs[i].Id));
            }

            await Task.Delay(SamplePause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!stop.IsCancellationRequested);
        return peaks;
    }
}
