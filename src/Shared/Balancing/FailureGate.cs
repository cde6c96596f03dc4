namespace Tunnel.Shared.Balancing;

/// <summary>
/// Puts a candidate aside after failures, in nginx's terms: so many within a time (<c>max_fails</c>, <c>fail_timeout</c>) close the
/// gate for that time. Then one connection goes through as a trial, and one more each time it is over; the first that succeeds
/// opens the gate again.
/// </summary>
/// <param name="maxFails">How many; 0 for never.</param>
/// <param name="failTimeout">The time.</param>
/// <param name="time">The clock.</param>
internal sealed class FailureGate(int maxFails, TimeSpan failTimeout, TimeProvider time)
{
    // Guards all below.
    private readonly Lock _lock = new();
    private int _fails;
    private long _firstFail;
    private bool _isClosed;
    private int _closings;
    private long _waitsSince;

    /// <summary>Whether a connection may go through now; one that does says so with <see cref="Begin"/>.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return !_isClosed || time.GetElapsedTime(_waitsSince) >= failTimeout;
            }
        }
    }

    /// <summary>A connection goes through; returns what <see cref="Succeed"/> wants to know. Where it is a trial, the next one must wait.</summary>
    public int Begin()
    {
        lock (_lock)
        {
            _waitsSince = time.GetTimestamp();
            return _closings;
        }
    }

    /// <summary>A connection has failed. Returns whether that closed the gate.</summary>
    public bool Fail()
    {
        if (maxFails == 0)
        {
            return false;
        }

        lock (_lock)
        {
            var now = time.GetTimestamp();
            _waitsSince = now;
            if (_isClosed)
            {
                return false;
            }

            if (_fails == 0 || time.GetElapsedTime(_firstFail, now) > failTimeout)
            {
                _fails = 0;
                _firstFail = now;
            }

            if (++_fails < maxFails)
            {
                return false;
            }

            _isClosed = true;
            _closings++;
            return true;
        }
    }

    /// <summary>A connection has been answered. Returns whether that opened the gate; one that began before it closed proves nothing.</summary>
    /// <param name="begun">What <see cref="Begin"/> returned.</param>
    public bool Succeed(int begun)
    {
        lock (_lock)
        {
            return _isClosed && begun == _closings && Open();
        }
    }

    /// <summary>The candidate is known to be well again. Returns whether that opened the gate.</summary>
    public bool Reset()
    {
        lock (_lock)
        {
            return _isClosed && Open();
        }
    }

    private bool Open()
    {
        _isClosed = false;
        _fails = 0;
        return true;
    }
}
