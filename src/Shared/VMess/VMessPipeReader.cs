using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Shared.VMess.Body;

namespace Tunnel.Shared.VMess;

/// <summary>
/// The plain side of an incoming direction: opens chunks when it is read, and only then reads the transport, so back-pressure
/// passes through and an idle connection holds no buffer. At a client it takes the response's header off first.
/// </summary>
/// <remarks>
/// Ends at the end chunk. A transport that ends earlier, and a chunk that does not open, are a <see cref="VMessException"/>, after
/// all that was good has been read. For command UDP one read returns one datagram, provided that each is consumed whole.
/// </remarks>
internal sealed class VMessPipeReader : PipeReader
{
    private readonly PipeReader _transport;
    private readonly VMessBodyFormat _format;
    private readonly ChunkDecoder? _decoder;
    private readonly PrologueReader? _prologue;
    private readonly Pipe _plain;
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _prologueRead;
    private int _cancelRequested;
    private VMessException? _failure;

    // Where the buffer came from that AdvanceTo speaks of: without chunks, after the prologue, it is the transport's own.
    private bool _lastIsTransports;

    // What the last read returned from _plain, and whether _plain has anything that was not examined yet. Its own TryRead would
    // return examined bytes again.
    private ReadOnlySequence<byte> _buffer;
    private bool _ready;
    private bool _plainEnded;

    /// <summary>A reader over a transport's input.</summary>
    /// <param name="transport">Where from; completed when this is.</param>
    /// <param name="format">The body's format.</param>
    /// <param name="decoder">The decoder, which this owns; null where the format has no chunks.</param>
    /// <param name="prologue">Reads what stands before the body; null where nothing does.</param>
    /// <param name="pool">Where blocks come from.</param>
    public VMessPipeReader(PipeReader transport, VMessBodyFormat format, ChunkDecoder? decoder, PrologueReader? prologue, MemoryPool<byte> pool)
    {
        _transport = transport;
        _format = format;
        _decoder = decoder;
        _prologue = prologue;
        _prologueRead = prologue is null;

        // No threshold: it is filled only while somebody waits for it, by what one read of the transport brought.
        _plain = new Pipe(new PipeOptions(
            pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false));
    }

    /// <summary>Takes what stands before the body off the beginning of a buffer; false where more must arrive first.</summary>
    /// <exception cref="VMessException">It is not what it should be.</exception>
    public delegate bool PrologueReader(ref ReadOnlySequence<byte> buffer);

    /// <summary>Ends when this reader was completed.</summary>
    public Task Completed => _completed.Task;

    private bool IsDirect => _decoder is null && _prologueRead;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (TryReadReady(out var result))
        {
            return new ValueTask<ReadResult>(result);
        }

        if (IsDirect)
        {
            _lastIsTransports = true;
            return _transport.ReadAsync(cancellationToken);
        }

        return ReadTransportAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        while (!TryReadReady(out result))
        {
            if (IsDirect)
            {
                _lastIsTransports = true;
                return _transport.TryRead(out result);
            }

            if (!_transport.TryRead(out var read))
            {
                return false;
            }

            Take(read);
        }

        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_lastIsTransports)
        {
            _transport.AdvanceTo(consumed, examined);
        }
        else
        {
            _ready |= _plainEnded || !_buffer.Slice(examined).IsEmpty;
            _buffer = default;
            _plain.Reader.AdvanceTo(consumed, examined);
        }
    }

    public override void CancelPendingRead()
    {
        if (!IsDirect)
        {
            // The transport's read is woken as well; one that comes later ignores what this read has answered.
            Interlocked.Exchange(ref _cancelRequested, 1);
        }

        _transport.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_completed.Task.IsCompleted)
        {
            return;
        }

        _plain.Reader.Complete();
        _plain.Writer.Complete();
        _decoder?.Dispose();
        _transport.Complete(exception);
        _completed.TrySetResult();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadTransportAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Take(await _transport.ReadAsync(cancellationToken));
            if (TryReadReady(out var result))
            {
                return result;
            }

            if (IsDirect)
            {
                _lastIsTransports = true;
                return await _transport.ReadAsync(cancellationToken);
            }
        }
    }

    /// <summary>What can be returned without the transport: a cancellation, bytes, the end, the failure.</summary>
    private bool TryReadReady(out ReadResult result)
    {
        _lastIsTransports = false;
        if (Interlocked.Exchange(ref _cancelRequested, 0) != 0)
        {
            _plain.Reader.CancelPendingRead();
            _ready = true;
        }

        if (_ready)
        {
            _ready = false;
            _plain.Reader.TryRead(out result);
            _buffer = result.Buffer;
            return true;
        }

        if (_failure is not null)
        {
            throw new VMessException(_failure.Error, _failure.Message);
        }

        result = default;
        return false;
    }

    /// <summary>Opens what the transport brought.</summary>
    private void Take(in ReadResult read)
    {
        var buffer = read.Buffer;
        var hasMore = false;
        try
        {
            hasMore = Decode(ref buffer);
            if (_decoder is { Ended: true })
            {
                EndPlain();
            }
            else if (read.IsCompleted && !hasMore)
            {
                OnTransportEnded(buffer.IsEmpty);
            }
        }
        catch (VMessException exception)
        {
            _failure = exception;
            hasMore = false;
        }

        // Where whole chunks may be left, the next read must not wait for more.
        _transport.AdvanceTo(buffer.Start, hasMore ? buffer.Start : buffer.End);
    }

    /// <summary>Returns whether the buffer may hold more that can be decoded now.</summary>
    private bool Decode(ref ReadOnlySequence<byte> buffer)
    {
        if (!_prologueRead)
        {
            if (!_prologue!(ref buffer))
            {
                return false;
            }

            _prologueRead = true;
        }

        if (_decoder is null)
        {
            // From here on the transport's reads are handed out as they are, this rest first.
            return true;
        }

        try
        {
            return _decoder.Decode(ref buffer, _plain.Writer) && _format.Datagrams;
        }
        finally
        {
            Flush();
        }
    }

    private void OnTransportEnded(bool nothingLeft)
    {
        if (!_prologueRead)
        {
            throw new VMessException(
                VMessError.NoResponse,
                "The VMess server closed the connection without a response: it refuses the id or the header, its clock differs by more than 120 s, or it had nothing to say.");
        }

        if (!_format.EndsWithTransport || !nothingLeft || _decoder is { InsideChunk: true })
        {
            throw new VMessException(VMessError.Truncated, "The VMess connection ended without its end chunk.");
        }

        EndPlain();
    }

    private void EndPlain()
    {
        _plainEnded = true;
        _ready = true;
        _plain.Writer.Complete();
    }

    /// <summary>A pipe without a threshold is always ready.</summary>
    private void Flush()
    {
        if (_plain.Writer.UnflushedBytes == 0)
        {
            return;
        }

        _ready = true;
        var flush = _plain.Writer.FlushAsync();
        System.Diagnostics.Debug.Assert(flush.IsCompleted, "A pipe without a threshold took a flush amiss.");
        flush.GetAwaiter().GetResult();
    }
}
