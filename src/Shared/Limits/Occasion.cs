namespace Tunnel.Shared.Limits;

/// <summary>Lets a log line through once in a while: what outsiders cause must not fill a disk.</summary>
internal sealed class Occasion(TimeProvider time)
{
    private static readonly long Interval = TimeSpan.FromSeconds(10).Ticks;

    private readonly long _start = time.GetTimestamp();
    private long _next;

    /// <summary>Whether the line should be written; then not again for ten seconds.</summary>
    public bool IsNow()
    {
        var now = time.GetElapsedTime(_start).Ticks;
        var next = Volatile.Read(ref _next);
        return now >= next && Interlocked.CompareExchange(ref _next, now + Interval, next) == next;
    }
}
