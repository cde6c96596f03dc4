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

    /// <summary>
    /// The address of ours, or of the proxy in front, that the visitor connected to; null where it is not known, or where the
    /// visitor said itself where it wants to go.
    /// </summary>
    public IPEndPoint? Visited { get; init; }

    /// <summary>The name under which the visitor authenticated to its inbound; null where it did not. Rules match it with <c>user</c>.</summary>
    public string? User { get; init; }

    /// <summary>
    /// The protocol that the visitor speaks, as far as its inbound or sniffing knows: <c>http/1.1</c> (a proxy request),
    /// <c>http1</c>, <c>tls</c>, <c>quic</c>; null where nobody looked. Rules match its beginning with <c>protocol</c>.
    /// </summary>
    public string? Protocol { get; init; }

    /// <summary>
    /// The name that sniffing found, in lower case, where it is for the router only and <see cref="Destination"/> keeps what
    /// the inbound said; null otherwise. A visitor chooses it freely: it decides where traffic goes, never who somebody is.
    /// </summary>
    public string? SniffedDomain { get; init; }

    /// <summary>
    /// What a plain HTTP proxy request said of itself: header names in lower case, and <c>:method</c> and <c>:path</c>; null
    /// for everything else. Rules match it with <c>attrs</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>The policy level of whoever produced the connection; 0 where nobody said.</summary>
    public int Level { get; init; }

    /// <summary>How long the connection may be silent, where its inbound has a word of its own; null leaves it to the policy.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
