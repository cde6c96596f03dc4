namespace Tunnel.Testing.Time;

/// <summary>A timer of a <see cref="ManualTimeProvider"/>, whose lock guards its due time.</summary>
internal sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;

    public TimeSpan? Due { get; private set; }

    public void Set(TimeSpan? due, TimeSpan period)
    {
        Due = due;
        _period = period;
    }

    public void Rearm() => Due = _period > TimeSpan.Zero ? Due + _period : null;

    public void Fire() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        clock.Set(this, dueTime, period);
        return true;
    }

    public void Dispose() => clock.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
