namespace Tunnel.Shared.Transport;

/// <summary>Why a socket did not become a connection. The names are stable.</summary>
public enum StreamRefusal
{
    /// <summary>The peer does not do its part of TLS, or does not trust the certificate.</summary>
    TlsFailed = 1,

    /// <summary>The peer asks for another path, or for no WebSocket at all; it was told so.</summary>
    UpgradeRefused = 2,

    /// <summary>The peer took longer than the limit.</summary>
    TimedOut = 3,

    /// <summary>The peer went away.</summary>
    ConnectionLost = 4,
}
