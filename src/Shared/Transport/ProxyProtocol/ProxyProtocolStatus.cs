namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>How far a header has come.</summary>
internal enum ProxyProtocolStatus
{
    /// <summary>All bytes so far belong to a header, and more must follow.</summary>
    Incomplete,

    /// <summary>There is a whole header.</summary>
    Complete,

    /// <summary>No bytes that follow can make a header of it.</summary>
    Invalid,
}
