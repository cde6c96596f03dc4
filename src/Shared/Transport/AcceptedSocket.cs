using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>A socket that a listener has accepted, and the addresses of its connection: the socket's own, or what a trusted proxy said.</summary>
/// <param name="socket">The socket. Nothing but a PROXY protocol header was read from it.</param>
/// <param name="remote">The visitor's address where a proxy said it; null for the socket's.</param>
/// <param name="local">The address that the visitor connected to where a proxy said it; null for the socket's.</param>
public sealed class AcceptedSocket(Socket socket, EndPoint? remote = null, EndPoint? local = null) : IDisposable
{
    /// <summary>The socket, which the receiver owns.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>Who connected; null where the transport has no address or the socket is dead already.</summary>
    public EndPoint? RemoteEndPoint { get; } = remote ?? SocketAddresses.Remote(socket);

    /// <summary>What it connected to; null as above.</summary>
    public EndPoint? LocalEndPoint { get; } = local ?? SocketAddresses.Local(socket);

    /// <summary>Closes the socket.</summary>
    public void Dispose() => Socket.Dispose();
}
