using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>The usual carrier: a connected socket.</summary>
internal sealed class SocketCarrier(Socket socket) : Carrier
{
    private NetworkStream? _stream;

    internal override EndPoint? LocalEndPoint => SocketAddresses.Local(socket);

    internal override EndPoint? RemoteEndPoint => SocketAddresses.Remote(socket);

    internal override Stream Stream => _stream ??= new NetworkStream(socket, ownsSocket: false);

    public override void Dispose() => socket.Dispose();

    internal override IConnection ToConnection(MemoryPool<byte>? pool, int readBlockBytes) => new SocketConnection(socket, pool, readBlockBytes);

    internal override ValueTask EndOutputAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    internal override void Abort() => SocketCloser.Abort(socket);

    // It is bounded and holds one small buffer.
    internal override void Linger() => _ = SocketCloser.LingerAsync(socket);

    internal override ValueTask CloseAsync(TransportPipeReader input, TransportPipeWriter output) =>
        SocketShutdownSequence.CloseAsync(socket, input, output);
}
