namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// Remembers for a moment that targets could not be reached: to find that out takes as long as a visitor waits for a bridge,
/// and a page has dozens of parts. Safe for concurrent use.
/// </summary>
internal sealed class Outage(TimeProvider time)
{
    // One visitor in so long waits to see whether the target is back; the others have what is stored at once.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private const long Never = -1;

    private long _seenAt = Never;

    /// <summary>Whether a request should do with what is stored. The one that should not, once in a while, is the one that is told so.</summary>
    public bool Holds()
    {
        var seen = Volatile.Read(ref _seenAt);
        return seen != Never
            && (time.GetElapsedTime(seen) < Remembered || Interlocked.CompareExchange(ref _seenAt, time.GetTimestamp(), seen) != seen);
    }

    public void Begin() => Volatile.Write(ref _seenAt, time.GetTimestamp());

    public void End() => Volatile.Write(ref _seenAt, Never);
}
