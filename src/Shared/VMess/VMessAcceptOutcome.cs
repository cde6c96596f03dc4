using Tunnel.Mux;

namespace Tunnel.Shared.VMess;

/// <summary>What became of a transport that a <see cref="VMessServer"/> was given: accepted or refused, nothing else.</summary>
internal abstract record VMessAcceptOutcome
{
    private VMessAcceptOutcome()
    {
    }

    /// <summary>A user's request. The receiver completes and disposes the connection, and the transport after it.</summary>
    /// <param name="User">Who asks.</param>
    /// <param name="Command">What for.</param>
    /// <param name="Destination">Where to; null exactly for <see cref="VMessCommand.Mux"/>.</param>
    /// <param name="Security">How the body is protected.</param>
    /// <param name="Connection">The connection; bytes of the body may have arrived already.</param>
    public sealed record Accepted(VMessUser User, VMessCommand Command, Destination? Destination, VMessSecurity Security, VMessConnection Connection)
        : VMessAcceptOutcome;

    /// <summary>Both ends of the transport are completed already.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Text">Why, for a log: printable, bounded, without secrets.</param>
    /// <param name="User">Whose request it was; null where it was nobody's.</param>
    /// <param name="ClockSkew">How far the peer's clock is ahead; null where it was not measured.</param>
    public sealed record Refused(VMessRefusalReason Reason, string Text, VMessUser? User = null, TimeSpan? ClockSkew = null) : VMessAcceptOutcome;
}
