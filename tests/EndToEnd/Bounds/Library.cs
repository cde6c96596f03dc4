using System.Buffers.Binary;
using System.Net.Sockets;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Bounds;

/// <summary>A service that is asked for so many bytes of <see cref="Pattern"/>, and counts what it has got rid of.</summary>
internal sealed class Library : IAsyncDisposable
{
    private const int SendBuffer = 64 * 1024;

    private readonly TcpTarget _target;
    private long _sent;

    public Library() => _target = new TcpTarget(ServeAsync);

    /// <summary>Where it is, as the configuration writes it.</summary>
    public string Address => _target.Address;

    /// <summary>Bytes that all visitors together have been sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Connections now.</summary>
    public int Open => _target.Open;

    /// <summary>What a visitor says to get <paramref name="bytes"/>.</summary>
    public static byte[] Ask(long bytes)
    {
        var question = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(question, bytes);
        return question;
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        // What the system would keep for visitors who do not read is not what is measured.
        socket.SendBufferSize = SendBuffer;
        var question = new byte[sizeof(long)];
        for (var read = 0; read < question.Length;)
        {
            var more = await socket.ReceiveAsync(question.AsMemory(read), cancellation);
            if (more == 0)
            {
                return;
            }

            read += more;
        }

        var length = BinaryPrimitives.ReadInt64BigEndian(question);
        for (var at = 0L; at < length;)
        {
            var sent = await socket.SendAsync(Pattern.At(at, (int)Math.Min(Pattern.MaxSlice, length - at)), cancellation);
            Interlocked.Add(ref _sent, sent);
            at += sent;
        }

        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(question, cancellation);
    }
}
