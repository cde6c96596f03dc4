using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Tests.Transport;

/// <summary>Two connected loopback sockets.</summary>
internal static class SocketPair
{
    public static async Task<(Socket Client, Socket Server)> CreateAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (client, await listener.AcceptAsync());
    }
}
