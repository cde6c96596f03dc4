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

    /// <summary>So much allocated since the last trim may be worth a pause.</summary>
    private const long WorthwhileAllocated = 16 * 1024 * 1024;

    /// <summary>So much gained by the last trim makes another one worth a pause.</summary>
    private const long WorthwhileGain = 4 * 1024 * 1024;

    /// <summary>
    /// Whether to collect now. Pure. One trim is not always enough: pools let go of what they do not need bit by bit, so what the first
    /// one finds in use may be garbage soon after, without another byte allocated. As long as a trim gains much, another may.
    /// </summary>
    /// <param name="allocatedInInterval">Bytes allocated since the last look.</param>
    /// <param name="allocatedSinceTrim">Bytes allocated since the last trim.</param>
    /// <param name="gained">Bytes that the last trim gained.</param>
    internal static bool ShouldTrim(long allocatedInInterval, long allocatedSinceTrim, long gained) =>
        allocatedInInterval < QuietBytes && (allocatedSinceTrim >= WorthwhileAllocated || gained >= WorthwhileGain);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = GC.GetTotalAllocatedBytes();
        var trimmed = seen;
        var gained = 0L;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (ShouldTrim(allocated - seen, allocated - trimmed, gained))
            {
                var before = GC.GetTotalMemory(forceFullCollection: false);
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                gained = before - GC.GetTotalMemory(forceFullCollection: false);
                trimmed = allocated;
            }

            seen = allocated;
        }
    }
}
