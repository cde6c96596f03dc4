using System.Numerics;

namespace Tunnel.Mux.Flow;

/// <summary>
/// What the receive windows of one session have promised together, within what all sessions may. A promise cannot be taken
/// back, so memory stays bounded only if new promises shrink as the sum grows: a new stream gets a 64th of what is left here,
/// and a 4096th of what is left in the process; windows grow only while a quarter of both is free for newcomers.
/// </summary>
internal sealed class WindowBudget(long limit, int largestInitialWindow, MemoryCeiling ceiling)
{
    private const int ShareOfRest = 64;

    // Most visitors are idle, and each has its promise: ten thousand of them fit half a GiB.
    private const int ShareOfCeiling = 4096;

    // A burst of streams may come within the round trip that a smaller window takes to be followed.
    private const int MostOverrun = 4;

    private long _committed;

    public long Committed => Interlocked.Read(ref _committed);

    /// <summary>Whether so much is promised that no stream may begin with more than the smallest window.</summary>
    public bool IsOverrun => Committed > limit * MostOverrun;

    /// <summary>The window a stream that begins now should get: a power of two from 16 KiB up to the configured one.</summary>
    public int InitialWindow
    {
        get
        {
            var share = Math.Min(Math.Max(limit - Committed, 0) / ShareOfRest, ceiling.Rest / ShareOfCeiling);
            if (share >= largestInitialWindow)
            {
                return largestInitialWindow;
            }

            return share <= MuxOptions.SmallestWindow ? MuxOptions.SmallestWindow : (int)(1u << BitOperations.Log2((uint)share));
        }
    }

    public void Commit(long bytes)
    {
        Interlocked.Add(ref _committed, bytes);
        ceiling.Take(bytes);
    }

    public void Release(long bytes)
    {
        Interlocked.Add(ref _committed, -bytes);
        ceiling.Release(bytes);
    }

    /// <summary>Commits more for a stream that proved to need it; false where newcomers need the rest.</summary>
    public bool TryGrow(long bytes)
    {
        Commit(bytes);
        if (Committed <= limit - (limit / 4) && ceiling.Rest >= ceiling.Limit / 4)
        {
            return true;
        }

        Release(bytes);
        return false;
    }
}
