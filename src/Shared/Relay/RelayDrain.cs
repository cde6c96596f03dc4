namespace Tunnel.Shared.Relay;

/// <summary>
/// Ends a relay that has nothing to do once the program drains, so that an idle connection does not hold up its end. Nothing is
/// watched before.
/// </summary>
internal sealed class RelayDrain : IDisposable
{
    /// <summary>How long nothing must have moved: more than a line's round trips and a server's pauses within an answer, less than a restart may take.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly RelayActivity _activity;
    private readonly bool _isDatagrams;
    private readonly TimeProvider _time;
    private readonly Action _end;
    private readonly Lock _gate = new();
    private readonly CancellationTokenRegistration _registration;

    // Guarded by _gate.
    private (int, int) _moves;
    private ITimer? _timer;
    private bool _isOver;

    /// <param name="options">Say when the program drains.</param>
    /// <param name="activity">What the relay is at.</param>
    /// <param name="end">Ends it in order. Called once at most.</param>
    public RelayDrain(RelayOptions options, RelayActivity activity, Action end)
    {
        _activity = activity;
        _isDatagrams = options.IsDatagrams;
        _time = options.TimeProvider;
        _end = end;
        _registration = options.Draining.UnsafeRegister(static drain => ((RelayDrain)drain!).Begin(), this);
    }

    /// <summary>
    /// Whether a relay in which nothing has moved for <see cref="Silence"/> may end. Not while somebody waits for an answer, which
    /// may take its time, nor while a side has yet to take what was sent to it. Datagrams owe nobody anything. Pure.
    /// </summary>
    public static bool MayEnd(RelayActivity activity, bool isDatagrams) => activity.IsFlushed && (isDatagrams || activity.IsAnswered);

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _moves = _activity.Moves;
                _timer = _time.CreateTimer(static drain => ((RelayDrain)drain!).Look(), this, Silence, Silence);
            }
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            var moves = _activity.Moves;
            if (_isOver || moves != _moves || !MayEnd(_activity, _isDatagrams))
            {
                _moves = moves;
                return;
            }

            _isOver = true;
            _timer?.Dispose();
        }

        _end();
    }
}
