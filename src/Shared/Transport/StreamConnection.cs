using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>A connection over any stream, made for <c>SslStream</c>. Owns the stream and what carries it.</summary>
/// <remarks>A stream without a half-close of its own ends both directions when it is disposed.</remarks>
public sealed class StreamConnection : IConnection
{
    private readonly Stream _stream;
    private readonly Carrier? _carrier;
    private readonly StreamPipeReader _input;
    private readonly StreamPipeWriter _output;
    private int _disposed;

    /// <summary>Takes over a stream that is ready for data.</summary>
    /// <param name="stream">The stream; of an <c>SslStream</c> the handshake is done.</param>
    /// <param name="socket">The socket below it, if there is one: it gives the addresses, the half-close and the abort.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    public StreamConnection(Stream stream, Socket? socket = null, MemoryPool<byte>? pool = null)
        : this(stream, stage: null, socket is null ? null : new SocketCarrier(socket), pool, remote: null, endOutput: null)
    {
    }

    /// <param name="stream">The stream.</param>
    /// <param name="stage">The stage below it that gathers writes; null when there is none.</param>
    /// <param name="carrier">What is below that; null where the stream is all there is.</param>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="remote">The peer's address where the carrier's is a proxy's; null for the carrier's.</param>
    /// <param name="endOutput">How the stream says that nothing follows; null for the way of TLS and TCP.</param>
    internal StreamConnection(
        Stream stream, CoalescingStream? stage, Carrier? carrier, MemoryPool<byte>? pool, EndPoint? remote = null, Func<ValueTask>? endOutput = null)
    {
        pool ??= MemoryPool<byte>.Shared;
        _stream = stream;
        _carrier = carrier;
        LocalEndPoint = carrier?.LocalEndPoint;
        RemoteEndPoint = remote ?? carrier?.RemoteEndPoint;
        _input = new StreamPipeReader(stream, pool, TransportDefaults.BlockBytes);
        _output = new StreamPipeWriter(stream, stage, carrier, pool, TransportDefaults.BlockBytes, endOutput);
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public void Abort()
    {
        if (_carrier is not null)
        {
            _carrier.Abort();
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

        if (_carrier is not null)
        {
            await _carrier.CloseAsync(_input, _output);
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
