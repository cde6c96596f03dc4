namespace Tunnel.Mux.Flow;

/// <summary>
/// The smallest round-trip time of the last 5 to 10 minutes. The minimum, because under load a ping also measures the queues; and
/// of minutes, because a load may last that long, and windows made for its queues would only make them longer.
/// </summary>
internal sealed class RoundTripEstimator
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    // Guards the other fields; they are read by every stream's reader and written by the read loop.
    private readonly Lock _gate = new();
    private TimeSpan? _previous;
    private TimeSpan? _current;
    private TimeSpan _periodStart;

    /// <summary>Null before the first measurement.</summary>
    public TimeSpan? Minimum
    {
        get
        {
            lock (_gate)
            {
                return _previous is { } previous && (_current is not { } current || previous < current) ? previous : _current;
            }
        }
    }

    /// <summary>The way has changed.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _previous = null;
            _current = null;
        }
    }

    public void Add(TimeSpan roundTrip, TimeSpan now)
    {
        lock (_gate)
        {
            if (now - _periodStart > Period)
            {
                _previous = _current;
                _current = null;
                _periodStart = now;
            }

            if (_current is not { } current || roundTrip < current)
            {
                _current = roundTrip;
            }
        }
    }
}
