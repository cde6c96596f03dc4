using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Targets;

namespace Tunnel.Interop;

/// <summary>
/// Stands before a web server, which takes a half-close for the end of the visitor, and answers visitors of another kind
/// itself: who sends <see cref="Question"/> gets <see cref="Answer"/>, half-closed or not.
/// </summary>
public static class HalfCloseDoor
{
    /// <summary>What to send.</summary>
    public const string Question = "who is there?\n";

    /// <summary>What comes back.</summary>
    public const string Answer = "a target that does not mind half-closes\n";

    /// <summary>Opens the door.</summary>
    public static TcpTarget Open(EndPoint webServer) => new(async (visitor, cancellation) =>
    {
        var buffer = new byte[64 * 1024];
        var read = await visitor.ReceiveAsync(buffer, cancellation);
        if (buffer.AsSpan(0, read).StartsWith(Encoding.ASCII.GetBytes(Question)))
        {
            await visitor.SendAsync(Encoding.ASCII.GetBytes(Answer), cancellation);
            visitor.Shutdown(SocketShutdown.Send);
            await visitor.ReceiveAsync(buffer, cancellation);
            return;
        }

        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(webServer, cancellation);
        await using var outside = new NetworkStream(visitor);
        await using var inside = new NetworkStream(server);
        await inside.WriteAsync(buffer.AsMemory(0, read), cancellation);
        await Task.WhenAll(CopyAsync(outside, inside, server, cancellation), CopyAsync(inside, outside, visitor, cancellation));
    });

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Socket sink, CancellationToken cancellation)
    {
        await from.CopyToAsync(to, 64 * 1024, cancellation);
        sink.Shutdown(SocketShutdown.Send);
    }
}
