using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Net;

/// <summary>A loopback port on which nobody listens right now.</summary>
public static class FreePort
{
    // Below the ports that the system itself gives to connections: one of those would be taken again at any moment.
    private const int First = 15_000;
    private const int Last = 31_999;

    private static readonly HashSet<int> Given = [];
    private static readonly Lock Gate = new();

    /// <summary>
    /// Chooses one at random, each only once in this process. Whoever binds it later may lose a race against another process, so
    /// prefer port 0 where the program takes it.
    /// </summary>
    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last + 1);
                if (Given.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }
    }

    /// <summary>Chooses the first of <paramref name="count"/> consecutive ones.</summary>
    public static int NextRange(int count)
    {
        lock (Gate)
        {
            while (true)
            {
                var ports = Enumerable.Range(Random.Shared.Next(First, Last + 2 - count), count).ToArray();
                if (!ports.Any(Given.Contains) && ports.All(IsFree))
                {
                    Given.UnionWith(ports);
                    return ports[0];
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
