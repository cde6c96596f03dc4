namespace Tunnel.Testing.Faults;

/// <summary>Which way a fault strikes.</summary>
[Flags]
public enum FaultDirection
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>What the dialler, a bridge, sends.</summary>
    Up = 1,

    /// <summary>What the listener, a portal, sends.</summary>
    Down = 2,

    /// <summary>Both ways.</summary>
    Both = Up | Down,
}
