namespace Tunnel.Mux.Flow;

/// <summary>So many events a second, on average and at once. The clock is a parameter; not thread-safe.</summary>
internal sealed class TokenBucket(int perSecond, TimeSpan now)
{
    private double _tokens = perSecond;
    private TimeSpan _last = now;

    public bool TryTake(TimeSpan at)
    {
        _tokens = Math.Min(perSecond, _tokens + ((at - _last).TotalSeconds * perSecond));
        _last = at;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens -= 1;
        return true;
    }
}
