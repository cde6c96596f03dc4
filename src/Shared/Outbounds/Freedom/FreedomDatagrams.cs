using System.Buffers;
using System.Net;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>The UDP part of <c>freedom</c>: each flow has a socket of its own, connected to its target.</summary>
/// <param name="drops">Counts what is dropped.</param>
/// <param name="pool">Where blocks come from.</param>
internal sealed class FreedomDatagrams(DatagramDrops drops, MemoryPool<byte> pool)
{
    /// <param name="host">The target's.</param>
    /// <param name="port">The target's.</param>
    /// <param name="options">How names are resolved.</param>
    /// <param name="header">What goes in front of each datagram to the target with that address; may be empty.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="DialException">There is no way to the target.</exception>
    public async Task<ConnectedDatagrams> ConnectAsync(
        string host, int port, SocketDialOptions options, Func<EndPoint?, byte[]> header, CancellationToken cancellationToken)
    {
        if (host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new DialException(DialFailure.Other, host, "a Unix socket takes no datagrams; 'redirect' UDP to an address and a port");
        }

        var socket = await DatagramDialer.ConnectAsync(host, port, options, cancellationToken);
        return new ConnectedDatagrams(socket, drops, pool) { Header = header(SocketAddresses.Remote(socket)) };
    }
}
