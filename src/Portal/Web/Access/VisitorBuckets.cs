namespace Tunnel.Portal.Web.Access;

/// <summary>
/// A token bucket for each visitor, for so many visitors; the one that was away longest is forgotten for a new one. Of a
/// bucket only the moment is kept at which it will be full again: its tokens follow from that and the clock, which is a
/// parameter. Safe for concurrent use.
/// </summary>
internal sealed class VisitorBuckets
{
    // How many full buckets a request clears away: more than it adds, so that a crowd that left is forgotten.
    private const int ForgottenAtOnce = 2;

    private readonly TimeSpan _perRequest;
    private readonly TimeSpan _tolerance;
    private readonly int _capacity;

    // Guards the two fields below and what is in them.
    private readonly Lock _gate = new();
    private readonly Dictionary<VisitorKey, LinkedListNode<VisitorBucket>> _buckets = [];

    // The first one was here last.
    private readonly LinkedList<VisitorBucket> _byUse = new();

    /// <param name="perSecond">How many requests on average; more than zero.</param>
    /// <param name="burst">How many at once beyond the one that is due.</param>
    /// <param name="capacity">How many visitors are remembered.</param>
    public VisitorBuckets(double perSecond, int burst, int capacity)
    {
        // A rate of less than one in a day would be no time at all.
        _perRequest = TimeSpan.FromSeconds(Math.Min(1 / perSecond, TimeSpan.SecondsPerDay));
        _tolerance = TimeSpan.FromTicks((long)Math.Min((double)_perRequest.Ticks * burst, TimeSpan.MaxValue.Ticks / 4));
        _capacity = capacity;
    }

    /// <summary>How many visitors are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>Takes a token: zero where there was one, otherwise how long until there is.</summary>
    public TimeSpan Take(VisitorKey visitor, TimeSpan now)
    {
        lock (_gate)
        {
            var bucket = Find(visitor, now);
            if (now < bucket.FullAt - _tolerance)
            {
                return bucket.FullAt - _tolerance - now;
            }

            bucket.FullAt = (bucket.FullAt > now ? bucket.FullAt : now) + _perRequest;
            return TimeSpan.Zero;
        }
    }

    private VisitorBucket Find(VisitorKey visitor, TimeSpan now)
    {
        if (_buckets.TryGetValue(visitor, out var node))
        {
            _byUse.Remove(node);
        }
        else
        {
            for (var forgotten = 0; forgotten < ForgottenAtOnce && _byUse.Last is { } last && last.Value.FullAt <= now; forgotten++)
            {
                Forget(last);
            }

            if (_buckets.Count >= _capacity)
            {
                Forget(_byUse.Last!);
            }

            node = new LinkedListNode<VisitorBucket>(new VisitorBucket(visitor) { FullAt = now });
            _buckets.Add(visitor, node);
        }

        _byUse.AddFirst(node);
        return node.Value;
    }

    private void Forget(LinkedListNode<VisitorBucket> node)
    {
        _buckets.Remove(node.Value.Visitor);
        _byUse.Remove(node);
    }
}
