using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Targets;

namespace Tunnel.Shared.Tests.Outbounds;

/// <summary>Proxies in the test's own process.</summary>
internal static class MiniProxy
{
    /// <summary>Answers each request that ends as given with the next bytes, one at a time, and echoes what follows.</summary>
    public static TcpTarget Scripted(List<byte[]> requests, params (int Request, byte[] Answer)[] script) => new(async (socket, cancellation) =>
    {
        foreach (var (length, answer) in script)
        {
            var request = new byte[length];
            await ReceiveAsync(socket, request, cancellation);
            lock (requests)
            {
                requests.Add(request);
            }

            foreach (var one in answer)
            {
                await socket.SendAsync(new[] { one }, cancellation);
            }
        }

        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var read)
        {
            await socket.SendAsync(buffer.AsMemory(0, read), cancellation);
        }

        socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>An HTTP proxy that does what CONNECT asks, for hosts that are loopback addresses.</summary>
    public static TcpTarget Connecting() => new(async (socket, cancellation) =>
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await ReceiveAsync(socket, one, cancellation);
            head.Add(one[0]);
        }

        var target = IPEndPoint.Parse(Encoding.ASCII.GetString([.. head]).Split(' ')[1]);
        using var far = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(target, cancellation);
        await socket.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), cancellation);
        await Task.WhenAll(CopyAsync(socket, far, cancellation), CopyAsync(far, socket, cancellation));
    });

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellation)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer, cancellation) is > 0 and var read)
            {
                await to.SendAsync(buffer.AsMemory(0, read), cancellation);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            to.Dispose();
        }
    }

    private static async Task ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                throw new IOException("the client has gone");
            }

            buffer = buffer[read..];
        }
    }
}
