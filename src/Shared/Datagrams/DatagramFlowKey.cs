using System.Net;
using Tunnel.Mux;

namespace Tunnel.Shared.Datagrams;

/// <summary>What tells the flows of a listener apart.</summary>
/// <param name="Visitor">Who sends, and is answered.</param>
/// <param name="Destination">Where to, if the protocol says that in each datagram.</param>
/// <param name="Introduced">Whom the sender, a proxy, stands for; null where it is the visitor itself.</param>
internal readonly record struct DatagramFlowKey(SocketAddress Visitor, Destination? Destination, IPEndPoint? Introduced = null);
