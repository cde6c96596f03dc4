namespace Tunnel.Shared.Reloading;

/// <summary>What a part of a configuration is; each can be replaced without the others.</summary>
internal enum PartKind
{
    Log,
    Policy,
    Limits,
    Inbound,
    Outbound,
    Bridge,
    Portal,

    /// <summary>Which outbound takes what no rule matches.</summary>
    DefaultOutbound,

    /// <summary>All rules together: their order counts.</summary>
    Rules,
    Balancer,
    Observatory,
}
