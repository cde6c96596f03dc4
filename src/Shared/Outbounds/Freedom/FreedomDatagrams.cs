using System.Buffers;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>The UDP part of <c>freedom</c>: each flow has a socket of its own, connected to its target.</summary>
/// <param name="drops">Counts what is dropped.</param>
/// <param name="pool">Where blocks come from.</param>
/// <param name="options">How names are resolved.</param>
internal sealed class FreedomDatagrams(DatagramDrops drops, MemoryPool<byte> pool, SocketDialOptions options)
{
    /// <exception cref="DialException">There is no way to the target.</exception>
    public async Task<ConnectedDatagrams> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new DialException(DialFailure.Other, host, "a Unix socket takes no datagrams; 'redirect' UDP to an address and a port");
        }

        return new ConnectedDatagrams(await DatagramDialer.ConnectAsync(host, port, options, cancellationToken), drops, pool);
    }
}
