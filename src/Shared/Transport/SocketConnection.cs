using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>A connection over a connected TCP or unix socket. Owns the socket.</summary>
public sealed class SocketConnection : IConnection
{
    private readonly Socket _socket;
    private readonly SocketPipeReader _input;
    private readonly SocketPipeWriter _output;
    private int _disposed;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="readBlockBytes">The most that one read takes while much comes, in bytes: that much memory each connection may hold.</param>
    public SocketConnection(Socket socket, MemoryPool<byte>? pool = null, int readBlockBytes = TransportDefaults.BlockBytes)
        : this(new AcceptedSocket(socket), pool, readBlockBytes)
    {
    }

    /// <summary>Takes over an accepted socket, with the addresses that it came with.</summary>
    /// <param name="accepted">From a listener.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="readBlockBytes">The most that one read takes while much comes, in bytes: that much memory each connection may hold.</param>
    public SocketConnection(AcceptedSocket accepted, MemoryPool<byte>? pool = null, int readBlockBytes = TransportDefaults.BlockBytes)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        var socket = accepted.Socket;
        pool ??= MemoryPool<byte>.Shared;
        _socket = socket;
        LocalEndPoint = accepted.LocalEndPoint;
        RemoteEndPoint = accepted.RemoteEndPoint;
        _input = new SocketPipeReader(socket, pool, TransportDefaults.BlockBytes, readBlockBytes);
        _output = new SocketPipeWriter(socket, pool, TransportDefaults.BlockBytes);
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public void Abort() => SocketCloser.Abort(_socket);

    /// <summary>Closes the socket; what was written before <c>Output.Complete()</c> is still delivered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await SocketShutdownSequence.CloseAsync(_socket, _input, _output);
        _output.Dispose();
    }
}
