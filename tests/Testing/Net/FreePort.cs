using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Net;

/// <summary>A loopback port on which nobody listens right now.</summary>
public static class FreePort
{
    /// <summary>Asks the system for one. Whoever binds it later may lose a race, so prefer port 0 where the program takes it.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
