using Tunnel.Testing.Time;

namespace Tunnel.Bridge.Tests.Workers;

/// <summary>A manual clock that also tells how many timers were ever made: who makes one goes to sleep.</summary>
internal sealed class CountingTime(ManualTimeProvider clock) : TimeProvider
{
    private int _created;

    public int Created => Volatile.Read(ref _created);

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = clock.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _created);
        return timer;
    }
}
