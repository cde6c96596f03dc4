using System.Diagnostics;

namespace Tunnel.Benchmarks.Throughput;

/// <summary>Prints what sessions carry on this machine. Compare runs on one machine only: the ratios mean something.</summary>
internal static class ThroughputProgram
{
    private const long GiB = 1L << 30;
    private const int FrameBytes = 16 * 1024;

    /// <summary>More than a stream can hold on its way.</summary>
    private const long FillBytes = 4L << 20;

    /// <summary>More than this many bytes allocated per frame mean that a path allocates now and then; a path that always does costs dozens.</summary>
    private const double MostAllocatedPerFrame = 0.01;

    private const int Retries = 4;

    /// <returns>An exit code: 1 where frames in memory allocate.</returns>
    public static async Task<int> RunAsync(bool checkOnly)
    {
        var withinBound = true;
        await using (var compiling = await Bulk.StartAsync(Connection.InMemory))
        {
            // A first ping that waits for the compiler would make the link look long, and the windows large.
            await compiling.MoveAsync(await compiling.OpenAsync(4), GiB / 8);
        }

        Console.WriteLine("connection  streams     MiB/s  CPU s/GiB  bytes allocated/frame");
        foreach (var kind in checkOnly ? [Connection.InMemory] : (string[])[Connection.InMemory, Connection.Tcp, Connection.Tls])
        {
            foreach (var streams in (int[])[1, 8, 64])
            {
                // Again, because the runtime allocates now and then for itself.
                var allocated = await MoveAsync(kind, streams, checkOnly);
                for (var again = 0; checkOnly && again < Retries && allocated > MostAllocatedPerFrame; again++)
                {
                    allocated = await MoveAsync(kind, streams, checkOnly);
                }

                withinBound &= kind != Connection.InMemory || allocated <= MostAllocatedPerFrame;
            }
        }

        if (checkOnly)
        {
            Console.WriteLine(withinBound ? "no allocation per frame" : $"more than {MostAllocatedPerFrame} bytes are allocated per frame");
            return withinBound ? 0 : 1;
        }

        Console.WriteLine("connection  echo         p50 us     p99 us");
        foreach (var kind in (string[])[Connection.InMemory, Connection.Tcp, Connection.Tls])
        {
            await EchoAsync(kind);
        }

        return 0;
    }

    private static async Task<double> MoveAsync(string kind, int count, bool fixedWindows)
    {
        // A window that grows takes blocks for what waits in it: memory for bytes in flight, not for frames.
        var options = fixedWindows ? new Mux.MuxOptions { MaxWindow = 256 * 1024 } : null;
        await using var bulk = await Bulk.StartAsync(kind, options);
        var streams = await bulk.OpenAsync(count);

        // Windows, pools and caches find their sizes first.
        await bulk.FillAsync(streams, FillBytes);
        await bulk.MoveAsync(streams, GiB / count);

        // What a run allocates to begin with is in both runs, and not in their difference.
        var (shortBytes, longBytes) = (GiB / 2, 2 * GiB);
        var (_, _, allocatedByShort) = await MeasureAsync(bulk, streams, shortBytes / count);
        var (time, cpu, allocated) = await MeasureAsync(bulk, streams, longBytes / count);
        var perFrame = Math.Max(0, allocated - allocatedByShort) / ((longBytes - shortBytes) / (double)FrameBytes);
        await Bulk.CompleteAsync(streams);
        Console.WriteLine(
            $"{kind,-10} {count,8} {longBytes / time.TotalSeconds / (1 << 20),9:0} {cpu.TotalSeconds * GiB / longBytes,10:0.00} {perFrame,12:0.000}");
        return perFrame;
    }

    private static async Task<(TimeSpan Time, TimeSpan Cpu, long Allocated)> MeasureAsync(
        Bulk bulk, List<(Mux.IMuxStream Opened, Mux.IMuxStream Accepted)> streams, long bytesEach)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await bulk.MoveAsync(streams, bytesEach);
        watch.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        return (watch.Elapsed, cpu, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    private static async Task EchoAsync(string kind)
    {
        await using var bulk = await Bulk.StartAsync(kind);
        Print("idle", await bulk.EchoAsync(5000));
        var download = await bulk.OpenAsync(1);
        using var stop = new CancellationTokenSource();
        var moving = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await bulk.MoveAsync(download, GiB / 4);
            }
        });
        Print("beside bulk", await bulk.EchoAsync(2000));
        await stop.CancelAsync();
        await moving;
        await Bulk.CompleteAsync(download);

        void Print(string what, double[] times) =>
            Console.WriteLine($"{kind,-10}  {what,-11} {times[times.Length / 2],8:0.0} {times[times.Length * 99 / 100],10:0.0}");
    }
}
