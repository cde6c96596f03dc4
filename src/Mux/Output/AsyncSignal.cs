using System.Threading.Tasks.Sources;

namespace Tunnel.Mux.Output;

/// <summary>An auto-reset event for one waiter that allocates nothing. Any thread may set it; setting it twice counts once.</summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    // Guards the fields below. Without it both sides need full fences in the right places, and one that is missing costs a
    // wake-up once in a hundred thousand.
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private volatile bool _isSet;
    private bool _isWaiting;

    public void Set()
    {
        // What the caller wrote must be visible before the signal is looked at. Without the barrier a processor may look first,
        // find it set, and leave, while the waiter takes that signal and does not see the write yet.
        Interlocked.MemoryBarrier();
        if (_isSet)
        {
            return;
        }

        lock (_gate)
        {
            if (_isWaiting)
            {
                _isWaiting = false;
                _core.SetResult(true);
            }
            else
            {
                _isSet = true;
            }
        }
    }

    /// <summary>Completes when the signal is or becomes set, and resets it.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            _isWaiting = true;
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
