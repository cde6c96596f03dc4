using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>The usual carrier: a connected socket.</summary>
internal sealed class SocketCarrier(AcceptedSocket accepted) : Carrier
{
    private readonly Socket _socket = accepted.Socket;
    private NetworkStream? _stream;

    /// <summary>A socket with its own addresses.</summary>
    public SocketCarrier(Socket socket)
        : this(new AcceptedSocket(socket))
    {
    }

    internal override EndPoint? LocalEndPoint => accepted.LocalEndPoint;

    internal override EndPoint? RemoteEndPoint => accepted.RemoteEndPoint;

    internal override Stream Stream => _stream ??= new NetworkStream(_socket, ownsSocket: false);

    public override void Dispose() => _socket.Dispose();

    internal override IConnection ToConnection(MemoryPool<byte>? pool, int readBlockBytes) => new SocketConnection(accepted, pool, readBlockBytes);

    internal override ValueTask EndOutputAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    internal override void Abort() => SocketCloser.Abort(_socket);

    // It is bounded and holds one small buffer.
    internal override void Linger() => _ = SocketCloser.LingerAsync(_socket);

    internal override ValueTask CloseAsync(TransportPipeReader input, TransportPipeWriter output) =>
        SocketShutdownSequence.CloseAsync(_socket, input, output);
}
