using System.Buffers;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>The UDP part of <c>freedom</c>: each flow has a socket of its own, connected to its target.</summary>
internal sealed class FreedomDatagrams(DatagramDrops drops, MemoryPool<byte> pool)
{
    /// <exception cref="DialException">There is no way to the target.</exception>
    public async Task<ConnectedDatagrams> ConnectAsync(string host, int port, SocketDialOptions options, CancellationToken cancellationToken)
    {
        if (host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new DialException(DialFailure.Other, host, "a Unix socket takes no datagrams; 'redirect' UDP to an address and a port");
        }

        return new ConnectedDatagrams(await DatagramDialer.ConnectAsync(host, port, options, cancellationToken), drops, pool);
    }
}
