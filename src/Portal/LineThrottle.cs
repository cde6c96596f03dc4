namespace Tunnel.Portal;

/// <summary>Lets a line of the log through once in a while, and counts what it holds back.</summary>
internal sealed class LineThrottle(TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _last;
    private int _heldBack;

    /// <summary>Whether the line may be written now.</summary>
    /// <param name="heldBack">How many were not since the last one.</param>
    public bool TryPass(out int heldBack)
    {
        lock (_gate)
        {
            heldBack = _heldBack;
            if (_last is { } last && time.GetElapsedTime(last) < interval)
            {
                _heldBack++;
                return false;
            }

            _last = time.GetTimestamp();
            _heldBack = 0;
            return true;
        }
    }
}
