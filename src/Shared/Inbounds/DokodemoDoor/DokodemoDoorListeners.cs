using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

/// <summary>What an inbound listens with on one address: a TCP listener, a UDP one, or both on the same port.</summary>
internal sealed record DokodemoDoorListeners(SocketListener? Connections, DatagramListener? Datagrams)
{
    /// <summary>How often the system is asked for a port that is free for TCP and for UDP.</summary>
    private const int SamePortTries = 16;

    public delegate SocketListener ListenConnections(EndPoint endPoint);

    public delegate DatagramListener ListenDatagrams(IPEndPoint endPoint);

    /// <exception cref="InboundStartException">An address cannot be used; nothing is left open then.</exception>
    public static async Task<DokodemoDoorListeners> BindAsync(
        EndPoint endPoint, IReadOnlyList<Network> networks, ListenConnections connections, ListenDatagrams datagrams)
    {
        if (!networks.Contains(Network.Udp))
        {
            return new DokodemoDoorListeners(connections(endPoint), null);
        }

        var ip = endPoint as IPEndPoint ?? throw new InboundStartException($"Cannot listen on {EndPointText.Of(endPoint)}: a Unix socket takes no datagrams");
        for (var tries = 1; ; tries++)
        {
            var udp = datagrams(ip);
            try
            {
                return new DokodemoDoorListeners(networks.Contains(Network.Tcp) ? connections(udp.BoundEndPoint) : null, udp);
            }
            catch (InboundStartException exception)
            {
                await udp.DisposeAsync();
                var isTaken = exception.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
                if (ip.Port != 0 || !isTaken || tries == SamePortTries)
                {
                    throw;
                }
            }
        }
    }
}
