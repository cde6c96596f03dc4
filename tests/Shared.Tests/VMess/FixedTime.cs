namespace Tunnel.Shared.Tests.VMess;

/// <summary>A wall clock that stands at a recorded second; timers run.</summary>
internal sealed class FixedTime(long unixSeconds) : TimeProvider
{
    public long UnixSeconds { get; set; } = unixSeconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(UnixSeconds);
}
