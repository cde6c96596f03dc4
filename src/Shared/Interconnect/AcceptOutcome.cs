using System.Net;

namespace Tunnel.Shared.Interconnect;

/// <summary>What became of a socket that an <see cref="InterconnectAcceptor"/> was given: accepted or refused, nothing else.</summary>
public abstract record AcceptOutcome
{
    private AcceptOutcome()
    {
    }

    /// <summary>A bridge proved its key and may claim its domain. The receiver owns the connection.</summary>
    public sealed record Accepted(InterconnectConnection Connection) : AcceptOutcome
    {
        public HandshakeResult Handshake => Connection.Handshake;
    }

    /// <summary>The connection is closed already.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Text">Why, for a log: printable, bounded, without secrets.</param>
    /// <param name="Remote">The peer's address, if it is known.</param>
    /// <param name="KeyId">The key id the peer named, if it did; proven only after <see cref="RefusalReason.BadProof"/> is out of the question.</param>
    /// <param name="VirtualDomain">The virtual domain the peer named, if it did.</param>
    public sealed record Refused(RefusalReason Reason, string Text, EndPoint? Remote, string? KeyId, string? VirtualDomain) : AcceptOutcome;
}
