using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>reverse.portals</c>.</summary>
public sealed record ReversePortalConfig
{
    /// <summary>The tag that rules name with <c>outboundTag</c>; not empty.</summary>
    public required string Tag { get; init; }

    /// <summary>The virtual domain, 1 to 255 characters; it need not exist in DNS.</summary>
    public required string Domain { get; init; }

    /// <summary>The name of the control stream towards bridges that speak Mux.Cool (<see cref="ControlDomains"/>); protocol <c>tunnel</c> has none.</summary>
    public string ControlDomain { get; init; } = ControlDomains.V2Ray;

    /// <summary>How visitors wait while no session can take them; null where they are turned away at once.</summary>
    public ParkingConfig? Parking { get; init; } = ParkingConfig.Default;
}
