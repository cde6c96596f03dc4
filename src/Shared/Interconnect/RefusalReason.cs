namespace Tunnel.Shared.Interconnect;

/// <summary>Why a portal did not accept an interconnect connection. The names are stable.</summary>
public enum RefusalReason
{
    /// <summary>Too many handshakes are under way; closed without a word.</summary>
    Busy = 1,

    /// <summary>That address failed too often of late; closed without a word.</summary>
    TooManyFailures = 2,

    /// <summary>The peer does not speak TLS 1.3 with <c>tunnel/1</c>.</summary>
    TlsFailed = 3,

    /// <summary>The peer sent something that is not a handshake.</summary>
    Malformed = 4,

    /// <summary>No common version.</summary>
    VersionNotSupported = 5,

    /// <summary>No credential has the key id.</summary>
    UnknownKey = 6,

    /// <summary>The key is known, the proof is wrong: somebody between, or somebody who guesses.</summary>
    BadProof = 7,

    /// <summary>The credential may not claim the virtual domain.</summary>
    DomainNotAllowed = 8,

    /// <summary>The virtual domain is not served here.</summary>
    UnknownDomain = 9,

    /// <summary>The peer took longer than the deadline.</summary>
    TimedOut = 10,

    /// <summary>The peer went away.</summary>
    ConnectionLost = 11,

    /// <summary>The peer asks for another path than the WebSocket's, or for no WebSocket at all; it was told so.</summary>
    UpgradeRefused = 12,

    /// <summary>The session to go on with is not kept here any more, or the proof for it is wrong.</summary>
    UnknownSession = 13,
}
