namespace Tunnel.Shared.Interconnect;

/// <summary>What both sides know after a handshake; each has proven to the other that it holds the key.</summary>
public sealed record HandshakeResult
{
    public required string VirtualDomain { get; init; }

    /// <summary>The public id of the key that was proven.</summary>
    public required string KeyId { get; init; }

    /// <summary>16 random bytes, chosen by the portal.</summary>
    public required ReadOnlyMemory<byte> SessionId { get; init; }

    /// <summary>32 random bytes, chosen by the portal: who presents a proof of it may resume the session; empty where it goes on already, or cannot be resumed. Never print it.</summary>
    public required ReadOnlyMemory<byte> ResumeSecret { get; init; }

    /// <summary>The peer's program and version, such as <c>bridge 0.1.0</c>; printable ASCII.</summary>
    public required string PeerSoftware { get; init; }

    /// <summary>16 bytes that name the bridge's process; at a bridge its own.</summary>
    public required ReadOnlyMemory<byte> BridgeInstance { get; init; }

    /// <summary>16 bytes that stay the same when the bridge is started again; empty where it did not say.</summary>
    public ReadOnlyMemory<byte> BridgeIdentity { get; init; }

    /// <summary>How long the session is kept without a connection; zero where it ends with the first.</summary>
    public required TimeSpan ResumeWithin { get; init; }

    /// <summary>Where an earlier session goes on: how many of its bytes the peer has received. Null for a new session.</summary>
    public long? ReceivedByPeer { get; init; }

    // A record prints all its properties, and one of them is secret.
    public override string ToString() => $"{VirtualDomain} key {KeyId} session {Convert.ToHexStringLower(SessionId.Span)}";
}
