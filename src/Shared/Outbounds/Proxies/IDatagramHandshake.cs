using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>A handshake with a proxy that carries datagrams too, beside a connection that must stay open.</summary>
internal interface IDatagramHandshake
{
    /// <summary>Asks a proxy to take datagrams.</summary>
    /// <returns>Where it takes them; an unspecified address (or null) stands for the proxy's own.</returns>
    /// <exception cref="ProxyException">The proxy does not; the message says why.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the connection is of no use then.</exception>
    Task<(IPAddress? Address, int Port)> AssociateAsync(IDuplexPipe pipe, ProxyUser? user, CancellationToken cancellationToken);

    /// <summary>A flow through a socket that is connected to there, which it owns.</summary>
    /// <exception cref="ProxyException">The destination cannot be said.</exception>
    IDatagramFlow Open(Socket socket, Destination destination, DatagramDrops drops, MemoryPool<byte> pool);
}
