namespace Tunnel.Shared.Relay;

/// <summary>
/// Finds out that nothing moves. One timer for a relay, armed again for what is left when it fires too early, so that a chunk
/// costs no more than to note the time.
/// </summary>
internal sealed class RelayIdleWatch : IDisposable
{
    /// <summary>A timer that is armed for less fires before anything can have changed.</summary>
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);

    private readonly RelayOptions _options;
    private readonly Action<TimeSpan> _expired;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    private long _lastMove;

    // Guarded by _gate; null where there is no limit at present.
    private TimeSpan? _limit;
    private bool _stopped;

    private RelayIdleWatch(RelayOptions options, Action<TimeSpan> expired)
    {
        _options = options;
        _expired = expired;
        _limit = options.ConnectionIdle;
        _lastMove = options.TimeProvider.GetTimestamp();
        _timer = options.TimeProvider.CreateTimer(static state => ((RelayIdleWatch)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to watch; null where the options have no limit.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="expired">Called once, with the limit, when it is over.</param>
    public static RelayIdleWatch? Start(RelayOptions options, Action<TimeSpan> expired)
    {
        if (options is { ConnectionIdle: null, UplinkOnly: null, DownlinkOnly: null })
        {
            return null;
        }

        var watch = new RelayIdleWatch(options, expired);
        watch.Arm(options.ConnectionIdle);
        return watch;
    }

    /// <summary>Something moved.</summary>
    public void Moved() => Volatile.Write(ref _lastMove, _options.TimeProvider.GetTimestamp());

    /// <summary>One direction has ended, and the other goes on.</summary>
    /// <param name="uplink">Whether the one that has ended leads from left to right.</param>
    public void Ended(bool uplink)
    {
        Moved();
        lock (_gate)
        {
            _limit = Shorter(_options.ConnectionIdle, uplink ? _options.DownlinkOnly : _options.UplinkOnly);
            Arm(_limit);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        _timer.Dispose();
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    private void Look()
    {
        TimeSpan limit;
        lock (_gate)
        {
            if (_stopped || _limit is null)
            {
                return;
            }

            limit = _limit.Value;
            var rest = limit - _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastMove));
            if (rest > TimeSpan.Zero)
            {
                Arm(rest);
                return;
            }

            _stopped = true;
        }

        _expired(limit);
    }

    private void Arm(TimeSpan? wait)
    {
        if (wait is { } time)
        {
            _timer.Change(time > MinWait ? time : MinWait, Timeout.InfiniteTimeSpan);
        }
    }
}
