using System.Net;

namespace Tunnel.Mux;

/// <summary>What the opener says of a stream: where its bytes are meant to go and, where known, who the visitor is.</summary>
public sealed record StreamMetadata(Destination Destination, IPEndPoint? Source = null);
