using System.Net;
using Tunnel.Mux;

namespace Tunnel.Shared.Dispatch;

/// <summary>What is known of one connection while it travels from an inbound through the router to an outbound.</summary>
public sealed record ConnectionInfo
{
    /// <summary>The tag of the inbound (or of the reverse bridge) that produced the connection; may be empty.</summary>
    public required string InboundTag { get; init; }

    /// <summary>Where the connection is meant to go.</summary>
    public required Destination Destination { get; init; }

    /// <summary>The visitor's address; null where it is not known, as for a bridge's own dial.</summary>
    public IPEndPoint? Source { get; init; }

    /// <summary>The policy level of whoever produced the connection; 0 where nobody said.</summary>
    public int Level { get; init; }

    /// <summary>How long the connection may be silent, where its inbound has a word of its own; null leaves it to the policy.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
