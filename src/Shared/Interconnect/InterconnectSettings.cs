namespace Tunnel.Shared.Interconnect;

/// <summary>What a portal asks of the sessions it accepts. Zero leaves a choice to the bridge.</summary>
public sealed record InterconnectSettings
{
    public static InterconnectSettings Default { get; } = new();

    /// <summary>How long a session may be idle before it is probed. Whole milliseconds.</summary>
    public TimeSpan HeartbeatInterval { get; init; }

    /// <summary>After how long a silent peer is taken for dead. Whole milliseconds.</summary>
    public TimeSpan DeadAfter { get; init; }

    /// <summary>The initial credit of a stream, in bytes.</summary>
    public int InitialWindow { get; init; }
}
