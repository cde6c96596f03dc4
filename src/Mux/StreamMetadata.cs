using System.Net;

namespace Tunnel.Mux;

/// <summary>What the opener says of a stream: where its bytes are meant to go and, where known, who the visitor is.</summary>
/// <param name="Destination">Where the bytes are meant to go.</param>
/// <param name="Source">The visitor's address; null where it is not known.</param>
/// <param name="Visited">The address that the visitor connected to; null where it is not known.</param>
public sealed record StreamMetadata(Destination Destination, IPEndPoint? Source = null, IPEndPoint? Visited = null);
