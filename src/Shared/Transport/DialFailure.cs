namespace Tunnel.Shared.Transport;

/// <summary>Why a connection could not be made. The names are stable.</summary>
public enum DialFailure
{
    /// <summary>Something else; the message says what.</summary>
    Other = 0,

    /// <summary>The host answered that nothing listens there.</summary>
    Refused = 1,

    /// <summary>No answer in time.</summary>
    TimedOut = 2,

    /// <summary>There is no route to the host, or a firewall says no.</summary>
    Unreachable = 3,

    /// <summary>The host name does not resolve.</summary>
    NameNotFound = 4,

    /// <summary>The peer does not do its part of TLS.</summary>
    TlsFailed = 5,

    /// <summary>The peer's certificate is not trusted, or is for another name.</summary>
    CertificateRefused = 6,

    /// <summary>The peer does not open a WebSocket.</summary>
    UpgradeRefused = 7,

    /// <summary>A proxy in between does not make the connection.</summary>
    ProxyRefused = 8,
}
