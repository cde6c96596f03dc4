namespace Tunnel.Shared.Interconnect;

/// <summary>An outbound that takes the sessions of authenticated bridges: a portal.</summary>
public interface IBridgeTaker
{
    /// <summary>The virtual domain it serves.</summary>
    string VirtualDomain { get; }

    /// <summary>The name of the control stream towards bridges that speak Mux.Cool.</summary>
    string ControlDomain { get; }

    /// <summary>Takes a session over and keeps it until it ends.</summary>
    Task TakeAsync(BridgeSession session);
}
