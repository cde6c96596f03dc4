using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>Names the reason of a failed connect, in words a user can act on.</summary>
internal static class DialReason
{
    public static DialException ToException(string target, bool unix, Exception exception)
    {
        if (exception is not SocketException socket)
        {
            return new DialException(DialFailure.Other, target, exception.Message, exception);
        }

        var (failure, reason) = socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => (DialFailure.Refused, "connection refused; nothing listens there"),
            SocketError.TimedOut => (DialFailure.TimedOut, "no answer; is the address right, and does a firewall drop it?"),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown
                => (DialFailure.Unreachable, "no route to the host; is the network up?"),
            SocketError.AccessDenied when unix => (DialFailure.Other, "permission denied on the socket file"),
            SocketError.AccessDenied => (DialFailure.Unreachable, "not permitted; a firewall rule of this host forbids it"),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => (DialFailure.NameNotFound, "the name does not resolve"),
            SocketError.AddressNotAvailable when unix => (DialFailure.Refused, "there is no such socket file"),
            SocketError.AddressNotAvailable => (DialFailure.Other, "no address to dial from; does this machine have the one that sendThrough names?"),
            _ => (DialFailure.Other, socket.Message),
        };
        return new DialException(failure, target, reason, exception);
    }
}
