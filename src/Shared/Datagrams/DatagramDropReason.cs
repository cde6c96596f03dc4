namespace Tunnel.Shared.Datagrams;

/// <summary>Why a datagram was dropped.</summary>
internal enum DatagramDropReason
{
    /// <summary>Its reader was behind: the oldest that waited made room for a newer one.</summary>
    Queue,

    /// <summary>All flows of a listener together hold as much as they may.</summary>
    Memory,

    /// <summary>There are as many flows as there may be, and none of them is silent.</summary>
    Flows,

    /// <summary>It is longer than what comes next can carry, or empty where that cannot be said.</summary>
    Size,

    /// <summary>It is not what its protocol says, or was cut off.</summary>
    Malformed,

    /// <summary>The system refused to send it: no route, or a firewall.</summary>
    Unreachable,
}
