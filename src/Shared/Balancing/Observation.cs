namespace Tunnel.Shared.Balancing;

/// <summary>What the last probe of an outbound found.</summary>
/// <param name="IsAlive">Whether it was answered.</param>
/// <param name="Delay">How long the answer took; null where it was not measured.</param>
/// <param name="Reason">Why it was not answered; null where it was.</param>
internal sealed record Observation(bool IsAlive, TimeSpan? Delay, string? Reason)
{
    public static Observation Answered(TimeSpan? delay) => new(true, delay, null);

    public static Observation Dead(string reason) => new(false, null, reason);
}
