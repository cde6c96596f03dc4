using System.Net;
using Tunnel.Mux;

namespace Tunnel.Shared.Datagrams;

/// <summary>What a protocol puts around each datagram between a visitor and a listener, as SOCKS does.</summary>
internal interface IDatagramEnvelope
{
    /// <summary>The most that <see cref="WriteHeader"/> writes, in bytes.</summary>
    int MaxHeader { get; }

    /// <summary>Takes the envelope off. False for what must be dropped, because of what it says or who it comes from.</summary>
    /// <param name="packet">What arrived.</param>
    /// <param name="source">Whom from; valid during the call only.</param>
    /// <param name="destination">Where it is meant to go, a part of the flow's key.</param>
    /// <param name="header">How many bytes stand in front of the datagram.</param>
    bool TryOpen(ReadOnlySpan<byte> packet, SocketAddress source, out Destination? destination, out int header);

    /// <summary>Writes what stands in front of a datagram to the visitor, and returns its length.</summary>
    int WriteHeader(Span<byte> span, Destination? destination);
}
