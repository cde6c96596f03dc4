using System.Net;
using Tunnel.Mux;

namespace Tunnel.Shared.Datagrams;

/// <summary>What tells the flows of a listener apart: who sends, and where to, if the protocol says that in each datagram.</summary>
internal readonly record struct DatagramFlowKey(SocketAddress Visitor, Destination? Destination);
