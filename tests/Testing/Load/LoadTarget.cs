using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.Testing.Load;

/// <summary>A target that does what each of its visitors asks for, so that one tunnel carries all kinds of load.</summary>
/// <remarks>
/// A request is 9 bytes: a <see cref="LoadKind"/> and a length (64 bits, big-endian), or an HTTP request. What answers it:
/// <list type="bullet">
/// <item>download: so many bytes of <see cref="Pattern"/>, then the end;</item>
/// <item>upload: reads to the visitor's end, then answers with the count (64 bits, big-endian) and the SHA-256, then the end;</item>
/// <item>echo: sends back what comes, and ends when the visitor does;</item>
/// <item><c>GET /LENGTH</c>: 200 with so many bytes of <see cref="Pattern"/>, then the end.</item>
/// </list>
/// </remarks>
public static class LoadTarget
{
    /// <summary>The length of a request.</summary>
    public const int RequestBytes = 1 + sizeof(long);

    /// <summary>The length of the answer to an upload.</summary>
    public const int ReceiptBytes = sizeof(long) + SHA256.HashSizeInBytes;

    // Far more than the requests of tests have.
    private const int MaxHead = 8192;

    /// <summary>Listens on a loopback port of the system's choice, or on <paramref name="endPoint"/>.</summary>
    public static TcpTarget Start(EndPoint? endPoint = null) => new(ServeAsync, endPoint);

    /// <summary>Writes a request.</summary>
    public static byte[] Request(LoadKind kind, long length = 0)
    {
        var request = new byte[RequestBytes];
        request[0] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(request.AsSpan(1), length);
        return request;
    }

    private static async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        socket.NoDelay = true;
        var request = new byte[RequestBytes];
        for (var filled = 0; filled < request.Length;)
        {
            var read = await socket.ReceiveAsync(request.AsMemory(filled), cancellation);
            if (read == 0)
            {
                return;
            }

            filled += read;
        }

        await ((LoadKind)request[0] switch
        {
            LoadKind.Download => DownloadAsync(socket, BinaryPrimitives.ReadInt64BigEndian(request.AsSpan(1)), cancellation),
            LoadKind.Upload => UploadAsync(socket, cancellation),
            LoadKind.Http => HttpAsync(socket, request, cancellation),
            _ => EchoAsync(socket, cancellation),
        });
        socket.Shutdown(SocketShutdown.Send);
        while (await socket.ReceiveAsync(request, cancellation) > 0)
        {
        }
    }

    private static async Task DownloadAsync(Socket socket, long length, CancellationToken cancellation)
    {
        for (var sent = 0L; sent < length;)
        {
            sent += await socket.SendAsync(Pattern.At(sent, (int)Math.Min(Pattern.MaxSlice, length - sent)), cancellation);
        }
    }

    private static async Task UploadAsync(Socket socket, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Pattern.MaxSlice];
        var count = 0L;
        while (await socket.ReceiveAsync(buffer, cancellation) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            count += read;
        }

        var receipt = new byte[ReceiptBytes];
        BinaryPrimitives.WriteInt64BigEndian(receipt, count);
        hash.GetCurrentHash(receipt.AsSpan(sizeof(long)));
        await SendAsync(socket, receipt, cancellation);
    }

    private static async Task HttpAsync(Socket socket, byte[] first, CancellationToken cancellation)
    {
        var head = Encoding.ASCII.GetString(first);
        var buffer = new byte[MaxHead];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal) && head.Length <= MaxHead)
        {
            var read = await socket.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                return;
            }

            head += Encoding.ASCII.GetString(buffer, 0, read);
        }

        var length = long.Parse(head.AsSpan("GET /".Length, head.IndexOf(" HTTP", StringComparison.Ordinal) - "GET /".Length));
        await SendAsync(socket, Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"), cancellation);
        await DownloadAsync(socket, length, cancellation);
    }

    private static async Task EchoAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, cancellation) is var read and > 0)
        {
            await SendAsync(socket, buffer.AsMemory(0, read), cancellation);
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        while (!data.IsEmpty)
        {
            data = data[await socket.SendAsync(data, cancellation)..];
        }
    }
}
