namespace Tunnel.Shared.VMess.Server;

/// <summary>
/// Remembers values exactly, each until a time of its own. Bounded: what has expired goes first, in the order of time; when all
/// that is left is needed still, new values are refused rather than old ones forgotten. Safe for concurrent use.
/// </summary>
internal sealed class ReplayFilter<T>(int capacity)
    where T : notnull
{
    private readonly Lock _gate = new();

    // Guarded by _gate: the same values twice.
    private readonly HashSet<T> _values = [];
    private readonly PriorityQueue<T, long> _byExpiry = new();

    /// <summary>How many values are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _values.Count;
            }
        }
    }

    /// <summary>Remembers a value until <paramref name="expiry"/>, inclusive; both times in the same unit.</summary>
    public ReplayVerdict Add(T value, long expiry, long now)
    {
        lock (_gate)
        {
            while (_byExpiry.TryPeek(out var oldest, out var end) && end < now)
            {
                _byExpiry.Dequeue();
                _values.Remove(oldest);
            }

            if (_values.Contains(value))
            {
                return ReplayVerdict.Repeated;
            }

            if (_values.Count >= capacity)
            {
                return ReplayVerdict.Full;
            }

            _values.Add(value);
            _byExpiry.Enqueue(value, expiry);
            return ReplayVerdict.Fresh;
        }
    }
}
