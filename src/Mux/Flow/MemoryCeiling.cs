namespace Tunnel.Mux.Flow;

/// <summary>
/// What all sessions of a process together may hold for others: the windows they have promised, the buffers of their streams,
/// and what they keep to send again. New promises shrink as the sum grows, and near the ceiling there are no new streams.
/// Safe for concurrent use.
/// </summary>
/// <param name="limit">In bytes, at least 1 MiB.</param>
public sealed class MemoryCeiling(long limit)
{
    /// <summary>What the smallest stream needs: a window, and as much to send from.</summary>
    internal const int SmallestStream = 2 * MuxOptions.SmallestWindow;

    private long _used;

    /// <summary>No ceiling.</summary>
    public static MemoryCeiling None { get; } = new(long.MaxValue);

    /// <summary>The most that is given out, in bytes; promises that were on their way may exceed it for a moment.</summary>
    public long Limit => limit;

    /// <summary>What is given out now, in bytes.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether not even the smallest stream has room.</summary>
    public bool IsFull => Rest < SmallestStream;

    internal long Rest => Math.Max(limit - Used, 0);

    internal void Take(long bytes)
    {
        if (limit != long.MaxValue)
        {
            Interlocked.Add(ref _used, bytes);
        }
    }

    internal void Release(long bytes) => Take(-bytes);
}
