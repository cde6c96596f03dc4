namespace Tunnel.Testing.Faults;

/// <summary>How a <see cref="FaultRelay"/> ends connections.</summary>
public enum RelayCut
{
    /// <summary>A reset (RST) to both sides.</summary>
    Reset,

    /// <summary>An end in good order (FIN) to both sides, in the middle of whatever they say.</summary>
    Finish,

    /// <summary>Neither side hears of it, nothing passes any more: an address translator has lost its table.</summary>
    Forget,

    /// <summary>The dialler is reset, the listener hears nothing: to the portal the connection is half-open.</summary>
    HalfOpen,
}
