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

    /// <summary>Whether it was seen just now.</summary>
    public bool IsOn => Volatile.Read(ref _seenAt) is var seen and not Never && time.GetElapsedTime(seen) < Remembered;

    public void Begin() => Volatile.Write(ref _seenAt, time.GetTimestamp());

    public void End() => Volatile.Write(ref _seenAt, Never);
}
