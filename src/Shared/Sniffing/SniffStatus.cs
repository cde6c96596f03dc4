namespace Tunnel.Shared.Sniffing;

/// <summary>What a sniffer says of the bytes it has seen.</summary>
internal enum SniffStatus
{
    /// <summary>They are not its protocol, whatever follows.</summary>
    No,

    /// <summary>More bytes are needed to tell.</summary>
    NeedMore,

    /// <summary>They are its protocol, and nothing that follows changes what was found.</summary>
    Found,
}
