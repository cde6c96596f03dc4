using System.Net;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>The address of a client behind a proxy on this machine.</summary>
internal static class ForwardedAddress
{
    /// <summary>
    /// What a proxy says, where the peer is a proxy on this machine: anybody else could claim any address. The port stays the
    /// peer's, as in V2Ray, since only the address is passed on.
    /// </summary>
    /// <param name="peer">The socket's peer.</param>
    /// <param name="forwardedFor">The first element of <c>X-Forwarded-For</c>; null when there is none.</param>
    public static EndPoint? Of(EndPoint? peer, string? forwardedFor) =>
        forwardedFor is not null && SocketAddresses.IsThisHost(peer) && HostText.TryParseAddress(forwardedFor, out var address)
            ? new IPEndPoint(address, (peer as IPEndPoint)?.Port ?? 0)
            : peer;
}
