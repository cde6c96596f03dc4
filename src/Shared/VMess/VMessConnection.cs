using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Transport;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess;

/// <summary>One VMess connection over a transport: plain bytes inside, chunks outside.</summary>
/// <remarks>
/// <c>Output.Complete()</c> is a half-close (the end chunk), <c>Output.Complete(exception)</c> an abort of the transport. The
/// transport's output is completed when both directions are, its input when <c>Input</c> is. The transport itself belongs to the
/// caller: dispose this first, then the transport. For command UDP one flush is one datagram, and so is one read.
/// </remarks>
internal sealed class VMessConnection : IDuplexPipe, IAsyncDisposable
{
    private readonly VMessPipeReader _input;
    private readonly VMessPipeWriter _output;
    private readonly TimeProvider _timeProvider;

    private VMessConnection(VMessPipeReader input, VMessPipeWriter output, TimeProvider timeProvider)
    {
        _input = input;
        _output = output;
        _timeProvider = timeProvider;
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    /// <summary>Datagrams that were too long to be sent.</summary>
    public long DroppedDatagrams => _output.DroppedDatagrams;

    /// <summary>
    /// Sends the header, request's or response's, if no flush does so within <paramref name="patience"/>; with none, at once. May
    /// be awaited beside a writer. Without it the header leaves with the first flush, which may be an empty one.
    /// </summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task StartAsync(TimeSpan patience, CancellationToken cancellationToken = default) =>
        _output.StartAsync(patience, _timeProvider, cancellationToken);

    /// <summary>
    /// Waits, but not long, until the last bytes were handed to the transport. An output that was not completed is aborted: only
    /// its writer can say that it was whole.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!_output.IsCompleted)
        {
            _output.Complete(new IOException("The VMess connection was disposed before its output was completed."));
        }

        _input.Complete();
        try
        {
            await _output.Completion.WaitAsync(TransportDefaults.CloseTimeout, _timeProvider);
        }
        catch (TimeoutException exception)
        {
            _output.Complete(exception);
        }
    }

    /// <summary>The client's end of a request.</summary>
    internal static VMessConnection OfClient(
        IDuplexPipe transport, VMessRequestHeader header, Action<IBufferWriter<byte>> writeRequest, TimeProvider timeProvider, MemoryPool<byte>? pool)
    {
        var keys = new VMessBodyKeys(header, legacy: false);
        var format = FormatOf(header);
        return Create(
            transport,
            format,
            format.IsChunked ? new ChunkEncoder(format, keys, response: false) : null,
            format.IsChunked ? new ChunkDecoder(format, keys, response: true) : null,
            writeRequest,
            (ref ReadOnlySequence<byte> buffer) => VMessResponseHeader.TryRead(ref buffer, keys, header.ResponseCheck),
            timeProvider,
            pool);
    }

    /// <summary>The server's end of a request whose header has been read off the transport.</summary>
    internal static VMessConnection OfServer(IDuplexPipe transport, VMessRequestHeader header, bool legacy, TimeProvider timeProvider, MemoryPool<byte>? pool)
    {
        var keys = new VMessBodyKeys(header, legacy);
        var format = FormatOf(header);
        var encoder = format.IsChunked ? new ChunkEncoder(format, keys, response: true) : null;
        return Create(
            transport,
            format,
            encoder,
            format.IsChunked ? new ChunkDecoder(format, keys, response: false) : null,
            legacy ? WriteLegacy : output => VMessResponseHeader.Write(output, keys, header.ResponseCheck),
            readPrologue: null,
            timeProvider,
            pool);

        void WriteLegacy(IBufferWriter<byte> output)
        {
            if (encoder?.LegacyStream is { } stream)
            {
                VMessResponseHeader.WriteLegacy(output, header.ResponseCheck, stream);
                return;
            }

            using var cipher = new Cryptography.AesCfb128(keys.ResponseKey, keys.ResponseIv);
            VMessResponseHeader.WriteLegacy(output, header.ResponseCheck, cipher);
        }
    }

    internal static VMessBodyFormat FormatOf(VMessRequestHeader header) => new(header.Security, header.Options, header.Command == VMessCommand.Udp);

    private static VMessConnection Create(
        IDuplexPipe transport,
        VMessBodyFormat format,
        ChunkEncoder? encoder,
        ChunkDecoder? decoder,
        Action<IBufferWriter<byte>> writePrologue,
        VMessPipeReader.PrologueReader? readPrologue,
        TimeProvider timeProvider,
        MemoryPool<byte>? pool)
    {
        pool ??= MemoryPool<byte>.Shared;
        var input = new VMessPipeReader(transport.Input, format, decoder, readPrologue, pool);
        var output = new VMessPipeWriter(transport.Output, format, encoder, writePrologue, input.Completed, pool);
        return new VMessConnection(input, output, timeProvider);
    }
}
