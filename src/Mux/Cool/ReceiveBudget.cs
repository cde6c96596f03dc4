namespace Tunnel.Mux.Cool;

/// <summary>The bytes that wait for the readers of one session, and the most they may be.</summary>
internal sealed class ReceiveBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public bool HasRoom => Used < limit;

    /// <summary>Takes as many bytes as there is room for, up to what is wanted, and returns how many.</summary>
    public long TakeUpTo(long wanted)
    {
        var surplus = Interlocked.Add(ref _used, wanted) - limit;
        if (surplus <= 0)
        {
            return wanted;
        }

        // Only the read loop takes, so what is given back was never missed by anyone.
        var back = Math.Min(surplus, wanted);
        Interlocked.Add(ref _used, -back);
        return wanted - back;
    }

    public bool TryTake(long wanted)
    {
        var taken = TakeUpTo(wanted);
        if (taken == wanted)
        {
            return true;
        }

        Release(taken);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
