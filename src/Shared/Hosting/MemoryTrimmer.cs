using Microsoft.Extensions.Hosting;

namespace Tunnel.Shared.Hosting;

/// <summary>
/// Gives memory back to the system after a crowd has left. The collector runs when a program allocates, and one that carries
/// few bytes after many does not: without this it would keep a crowd's memory for hours.
/// </summary>
internal sealed class MemoryTrimmer(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Below so many bytes allocated in an interval the program counts as quiet, and a pause of some milliseconds harms nobody.</summary>
    private const long QuietBytes = 1024 * 1024;

    /// <summary>Less than this to gain is not worth a pause.</summary>
    private const long WorthwhileBytes = 16 * 1024 * 1024;

    /// <summary>Whether to collect now. Pure.</summary>
    /// <param name="allocatedInInterval">Bytes allocated since the last look.</param>
    /// <param name="allocatedSinceTrim">Bytes allocated since the last trim.</param>
    internal static bool ShouldTrim(long allocatedInInterval, long allocatedSinceTrim) =>
        allocatedInInterval < QuietBytes && allocatedSinceTrim >= WorthwhileBytes;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = GC.GetTotalAllocatedBytes();
        var trimmed = seen;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (ShouldTrim(allocated - seen, allocated - trimmed))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                trimmed = allocated;
            }

            seen = allocated;
        }
    }
}
