using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Tunnel.Testing.Net;

namespace Tunnel.Testing.Targets;

/// <summary>The targets that tests need.</summary>
public static class TcpTargets
{
    /// <summary>Sends back what it receives, and ends when the visitor does.</summary>
    public static TcpTarget Echo(EndPoint? endPoint = null) => new(
        async (socket, cancellation) =>
        {
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer, cancellation);
                if (read == 0)
                {
                    socket.Shutdown(SocketShutdown.Send);
                    return;
                }

                await SendAsync(socket, buffer.AsMemory(0, read), cancellation);
            }
        },
        endPoint);

    /// <summary>Lets the target that is chosen when a visitor comes serve it.</summary>
    public static TcpTarget Chosen(Func<TcpTarget> choice) => new((socket, _) => choice().ServeAsync(socket));

    /// <summary>Reads to the end, then answers with the count and the SHA-256 of what came.</summary>
    public static TcpTarget Sink() => new(async (socket, cancellation) =>
    {
        var (count, hash) = await DrainAsync(socket, cancellation);
        await SendAsync(socket, Encoding.ASCII.GetBytes($"{count} {hash}\n"), cancellation);
        socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>Sends <paramref name="length"/> bytes of <see cref="Pattern"/>, or bytes without end, and asks nothing.</summary>
    /// <param name="length">How many.</param>
    /// <param name="told">Is told how many have been sent.</param>
    public static TcpTarget Source(long length = long.MaxValue, Action<long>? told = null) => new(async (socket, cancellation) =>
    {
        await SendPatternAsync(socket, length, cancellation, told);
        socket.Shutdown(SocketShutdown.Send);
        await DrainAsync(socket, cancellation);
    });

    /// <summary>Says who it is and closes.</summary>
    public static TcpTarget Named(string name, EndPoint? endPoint = null) => new(
        async (socket, cancellation) =>
        {
            await SendAsync(socket, Encoding.UTF8.GetBytes(name), cancellation);
            socket.Shutdown(SocketShutdown.Send);
            await DrainAsync(socket, cancellation);
        },
        endPoint);

    /// <summary>Reads to the visitor's half-close, waits, and only then sends <paramref name="length"/> bytes of <see cref="Pattern"/>.</summary>
    public static TcpTarget AnswerAfterEnd(int length, TimeSpan wait) => new(async (socket, cancellation) =>
    {
        await DrainAsync(socket, cancellation);
        await Task.Delay(wait, cancellation);
        await SendPatternAsync(socket, length, cancellation);
        socket.Shutdown(SocketShutdown.Send);
    });

    private static async Task SendPatternAsync(Socket socket, long length, CancellationToken cancellation, Action<long>? told = null)
    {
        for (var sent = 0L; sent < length;)
        {
            var slice = (int)Math.Min(Pattern.MaxSlice, length - sent);
            await SendAsync(socket, Pattern.At(sent, slice), cancellation);
            sent += slice;
            told?.Invoke(sent);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data, cancellation)..];
        }
    }

    private static async Task<(long Count, string Hash)> DrainAsync(Socket socket, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[16 * 1024];
        var count = 0L;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                return (count, Convert.ToHexStringLower(hash.GetCurrentHash()));
            }

            hash.AppendData(buffer, 0, read);
            count += read;
        }
    }
}
