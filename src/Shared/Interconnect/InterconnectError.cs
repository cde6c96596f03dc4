namespace Tunnel.Shared.Interconnect;

/// <summary>Why a bridge could not set up an interconnect connection. The names are stable.</summary>
public enum InterconnectError
{
    /// <summary>No connection to the portal; the inner exception is a <see cref="Transport.DialException"/>.</summary>
    ConnectFailed = 1,

    /// <summary>The peer does not speak TLS 1.3 with <c>tunnel/1</c>.</summary>
    TlsFailed = 2,

    /// <summary>The portal's certificate is not the pinned one.</summary>
    PinMismatch = 3,

    /// <summary>The portal's certificate was not issued by a given CA, or is not valid.</summary>
    CaNotTrusted = 4,

    /// <summary>The portal's certificate is for another name.</summary>
    NameMismatch = 5,

    /// <summary>The connection would be readable by everybody between, and that was not allowed.</summary>
    PlaintextRefused = 6,

    /// <summary>The peer sent something that is not this protocol.</summary>
    ProtocolError = 7,

    /// <summary>The connection ended during the handshake.</summary>
    ConnectionLost = 8,

    /// <summary>The handshake took too long, as this side sees it.</summary>
    TimedOut = 9,

    /// <summary>The portal could not prove that it holds the key: an impostor, or a relay to nowhere.</summary>
    PortalProofWrong = 10,

    /// <summary>The portal does not know the key.</summary>
    UnknownKey = 11,

    /// <summary>The portal knows the key but the proof is wrong: somebody between the two presents another certificate.</summary>
    BadProof = 12,

    /// <summary>The key may not claim the virtual domain.</summary>
    DomainNotAllowed = 13,

    /// <summary>The portal does not serve the virtual domain.</summary>
    UnknownDomain = 14,

    /// <summary>The portal speaks no common version of the handshake.</summary>
    VersionNotSupported = 15,

    /// <summary>The portal has too much to do at the moment.</summary>
    Busy = 16,

    /// <summary>The portal found this side's messages malformed.</summary>
    RejectedAsMalformed = 17,

    /// <summary>The portal waited too long for this side.</summary>
    RejectedAsTooSlow = 18,

    /// <summary>The portal gave a reason that this version does not know; the message quotes it.</summary>
    RejectedOtherwise = 19,

    /// <summary>The peer does not open a WebSocket.</summary>
    UpgradeRefused = 20,

    /// <summary>The portal does not keep the session that this side wants to go on with.</summary>
    UnknownSession = 21,
}
