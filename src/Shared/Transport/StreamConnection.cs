using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>A connection over any stream, made for <c>SslStream</c>. Owns the stream and the socket below it.</summary>
/// <remarks>A stream without a half-close of its own ends both directions when it is disposed.</remarks>
public sealed class StreamConnection : IConnection
{
    private readonly Stream _stream;
    private readonly Socket? _socket;
    private readonly TransportPipeReader _input;
    private readonly StreamPipeWriter _output;
    private int _disposed;

    /// <summary>Takes over a stream that is ready for data.</summary>
    /// <param name="stream">The stream; of an <c>SslStream</c> the handshake is done.</param>
    /// <param name="socket">The socket below it, if there is one: it gives the addresses, the half-close and the abort.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    public StreamConnection(Stream stream, Socket? socket = null, MemoryPool<byte>? pool = null)
        : this(stream, stage: null, socket is null ? null : new AcceptedSocket(socket), pool, remote: null, endOutput: null)
    {
    }

    /// <param name="stream">The stream.</param>
    /// <param name="stage">The stage below it that gathers writes; null when there is none.</param>
    /// <param name="accepted">The socket below that; null when there is none.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="remote">The peer's address where the socket's is a proxy's; null for the socket's.</param>
    /// <param name="endOutput">How the stream says that nothing follows; null for the way of TLS and TCP.</param>
    internal StreamConnection(
        Stream stream, CoalescingStream? stage, AcceptedSocket? accepted, MemoryPool<byte>? pool, EndPoint? remote = null, Func<ValueTask>? endOutput = null)
    {
        var socket = accepted?.Socket;
        pool ??= MemoryPool<byte>.Shared;
        _stream = stream;
        _socket = socket;
        LocalEndPoint = accepted?.LocalEndPoint;
        RemoteEndPoint = remote ?? accepted?.RemoteEndPoint;
        _input = new TransportPipeReader(stream, pool, TransportDefaults.BlockBytes);
        _output = new StreamPipeWriter(stream, stage, socket, pool, TransportDefaults.BlockBytes, endOutput);
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public void Abort()
    {
        if (_socket is not null)
        {
            SocketCloser.Abort(_socket);
        }
        else
        {
            _stream.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_socket is not null)
        {
            await SocketShutdownSequence.CloseAsync(_socket, _input, _output);
        }
        else
        {
            try
            {
                await _output.Completion.WaitAsync(TransportDefaults.CloseTimeout);
            }
            catch (TimeoutException)
            {
                // Disposing the stream ends it.
            }
        }

        try
        {
            await _stream.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone; there is nothing left to close.
        }
    }
}
