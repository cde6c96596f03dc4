namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>What a bridge expects of a portal that speaks the reverse protocol.</summary>
public sealed record ReverseBridgeOptions
{
    public static ReverseBridgeOptions Default { get; } = new();

    /// <summary>
    /// A portal that has sent a heartbeat and then sends nothing at all for so long is dead. Default 30 s: V2Ray sends one
    /// every 2 s, Xray every 10 s, and some are lost because they are empty. Null to wait for ever.
    /// </summary>
    public TimeSpan? HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <exception cref="ArgumentException">A setting is outside its range.</exception>
    internal void Validate()
    {
        if (HeartbeatTimeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(HeartbeatTimeout)} must be positive");
        }
    }
}
