namespace Tunnel.WebFront.Tests.Conformance.Target;

/// <summary>What the target does after its answer.</summary>
internal enum TargetEnd
{
    /// <summary>Waits for the next request on this connection.</summary>
    Keep,

    /// <summary>Closes the connection.</summary>
    Close,

    /// <summary>Resets the connection.</summary>
    Reset,

    /// <summary>Says nothing more until the front closes.</summary>
    Silence,

    /// <summary>Sends back what it receives.</summary>
    Echo,
}
