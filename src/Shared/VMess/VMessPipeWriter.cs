using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Shared.VMess.Body;

namespace Tunnel.Shared.VMess;

/// <summary>
/// The plain side of an outgoing direction: what is flushed is sealed straight into the transport's memory. Before the first
/// byte it writes the prologue: at a client the request's header, at a server the response's.
/// </summary>
/// <remarks>
/// The transport is touched only by flushes, one at a time, so that the start may be awaited beside a writer that is filling its
/// memory. A flush that is cancelled by its token has sent an unknown part: the connection must be aborted then.
/// <c>Complete()</c> writes the end chunk and leaves the transport open for the other direction; once that one is complete as
/// well, the transport's output is. <c>Complete(exception)</c> aborts the transport, even after <c>Complete()</c>.
/// </remarks>
internal sealed class VMessPipeWriter : PipeWriter
{
    /// <summary>What is sealed before it is flushed, so that a huge write does not become a huge buffer.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly PipeWriter _transport;
    private readonly VMessBodyFormat _format;
    private readonly ChunkEncoder? _encoder;
    private readonly Action<IBufferWriter<byte>> _prologue;
    private readonly Task _otherDirection;
    private readonly MemoryPool<byte> _pool;
    private readonly Lock _gate = new();

    // Written bytes that were not flushed; made when GetMemory is first called. Touched by the writing side only.
    private Pipe? _staging;
    private long _staged;

    // Guarded by _gate.
    private bool _started;
    private bool _flushing;
    private bool _completed;
    private bool _aborted;
    private Task _startFlush = Task.CompletedTask;
    private TaskCompletionSource? _startSignal;

    /// <summary>A writer over a transport's output.</summary>
    /// <param name="transport">Where to; completed when both directions are complete.</param>
    /// <param name="format">The body's format.</param>
    /// <param name="encoder">The encoder, which this owns; null where the format has no chunks.</param>
    /// <param name="prologue">Writes what stands before the body.</param>
    /// <param name="otherDirection">Ends when the connection's input is complete.</param>
    /// <param name="pool">Where blocks come from.</param>
    public VMessPipeWriter(
        PipeWriter transport, VMessBodyFormat format, ChunkEncoder? encoder, Action<IBufferWriter<byte>> prologue, Task otherDirection, MemoryPool<byte> pool)
    {
        _transport = transport;
        _format = format;
        _encoder = encoder;
        _prologue = prologue;
        _otherDirection = otherDirection;
        _pool = pool;
    }

    /// <summary>True after <c>Complete</c>, with or without an exception.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
            {
                return _completed;
            }
        }
    }

    /// <summary>Ends when the end of the direction was handed to the transport and the transport's output is complete. Never fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Datagrams that were empty, or longer than <see cref="VMessBodyFormat.MaxDatagram"/>, and so not sent.</summary>
    public long DroppedDatagrams { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _staged;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Staging.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Staging.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        Staging.Advance(bytes);
        _staged += bytes;
    }

    private PipeWriter Staging
    {
        get
        {
            _staging ??= new Pipe(new PipeOptions(_pool, pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false));
            return _staging.Writer;
        }
    }

    /// <summary>Sends the prologue, unless a flush does so first within <paramref name="patience"/>.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task StartAsync(TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (patience > TimeSpan.Zero)
        {
            Task signal;
            lock (_gate)
            {
                _startSignal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = _started || _completed ? Task.CompletedTask : _startSignal.Task;
            }

            try
            {
                await signal.WaitAsync(patience, timeProvider, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                // No payload came; the peer need not wait for it.
            }
        }

        Task flush;
        lock (_gate)
        {
            if (_started || _completed)
            {
                return;
            }

            Start();
            flush = _transport.FlushAsync(CancellationToken.None).AsTask();
            _startFlush = flush;
        }

        await flush.WaitAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <summary>Sends what is pending and then <paramref name="source"/>, which is sealed from where it is.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        lock (_gate)
        {
            if (_completed)
            {
                return ValueTask.FromException<FlushResult>(new InvalidOperationException("The output was completed."));
            }

            _flushing = true;
        }

        return SendAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush() => _transport.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        bool flushing;
        bool abort;
        lock (_gate)
        {
            if (_aborted || (_completed && exception is null))
            {
                return;
            }

            flushing = _flushing;
            abort = exception is not null || flushing;
            _aborted = abort;
            _completed = true;
            _startSignal?.TrySetResult();
        }

        if (!abort)
        {
            Completion = FinishAsync();
            return;
        }

        _transport.Complete(exception ?? new IOException("The output was completed while a flush was under way."));
        if (!flushing && Completion.IsCompleted)
        {
            Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            await _startFlush;
            EnsureStarted();
            if (_encoder is null)
            {
                TakeStaged(static (writer, staged) => writer.CopyToTransport(staged));
                return await _transport.WriteAsync(source, cancellationToken);
            }

            if (_format.Datagrams)
            {
                EncodeDatagram(source);
                return await _transport.FlushAsync(cancellationToken);
            }

            TakeStaged(static (writer, staged) => writer.EncodeAll(staged));
            while (source.Length > BatchBytes)
            {
                Encode(source[..BatchBytes]);
                source = source[BatchBytes..];
                var flush = await _transport.FlushAsync(cancellationToken);
                if (flush.IsCompleted)
                {
                    return flush;
                }

                if (flush.IsCanceled)
                {
                    // A cancelled flush keeps what was written, all of it.
                    Encode(source);
                    return flush;
                }
            }

            Encode(source);
            return await _transport.FlushAsync(cancellationToken);
        }
        finally
        {
            bool release;
            lock (_gate)
            {
                _flushing = false;
                release = _aborted;
            }

            if (release)
            {
                Release();
            }
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await _startFlush;
            EnsureStarted();
            if (_encoder is null)
            {
                TakeStaged(static (writer, staged) => writer.CopyToTransport(staged));
            }
            else if (_format.Datagrams)
            {
                EncodeDatagram(ReadOnlyMemory<byte>.Empty);
            }
            else
            {
                TakeStaged(static (writer, staged) => writer.EncodeAll(staged));
            }

            if (_format.HasEndChunk)
            {
                _encoder!.Write(ReadOnlySequence<byte>.Empty, _transport);
                while ((await _transport.FlushAsync()).IsCanceled)
                {
                    // A cancellation that nobody awaited any more; it was asked for once.
                }

                // The end chunk is the half-close. The transport's own end would close both directions for V2Ray.
                await _otherDirection;
            }

            _transport.Complete();
        }
        catch (Exception exception)
        {
            // The peer is gone; the reading side reports it.
            _transport.Complete(exception);
        }
        finally
        {
            Release();
        }
    }

    private void EnsureStarted()
    {
        lock (_gate)
        {
            if (!_started)
            {
                Start();
            }
        }
    }

    /// <summary>Under _gate.</summary>
    private void Start()
    {
        _started = true;
        _startSignal?.TrySetResult();
        _prologue(_transport);
    }

    private void TakeStaged(Action<VMessPipeWriter, ReadOnlySequence<byte>> use)
    {
        if (_staged == 0)
        {
            return;
        }

        var staging = _staging!;
        Flush(staging.Writer);
        staging.Reader.TryRead(out var read);
        use(this, read.Buffer);
        staging.Reader.AdvanceTo(read.Buffer.End);
        _staged = 0;
    }

    private void CopyToTransport(ReadOnlySequence<byte> staged)
    {
        foreach (var segment in staged)
        {
            _transport.Write(segment.Span);
        }
    }

    private void EncodeAll(ReadOnlySequence<byte> staged)
    {
        foreach (var segment in staged)
        {
            Encode(segment);
        }
    }

    private void Encode(ReadOnlyMemory<byte> payload)
    {
        while (!payload.IsEmpty)
        {
            var chunk = payload[..Math.Min(payload.Length, VMessBodyFormat.MaxPayload)];
            _encoder!.Write(new ReadOnlySequence<byte>(chunk), _transport);
            payload = payload[chunk.Length..];
        }
    }

    /// <summary>All that one flush brought is one datagram; an empty one would be the end chunk.</summary>
    private void EncodeDatagram(ReadOnlyMemory<byte> source)
    {
        if (_staged == 0)
        {
            if (!source.IsEmpty)
            {
                EncodeOne(new ReadOnlySequence<byte>(source));
            }

            return;
        }

        Staging.Write(source.Span);
        _staged += source.Length;
        TakeStaged(static (writer, staged) => writer.EncodeOne(staged));
    }

    private void EncodeOne(ReadOnlySequence<byte> datagram)
    {
        if (datagram.Length > VMessBodyFormat.MaxDatagram)
        {
            DroppedDatagrams++;
            return;
        }

        _encoder!.Write(datagram, _transport);
    }

    private void Release()
    {
        _encoder?.Dispose();
        _staging?.Writer.Complete();
        _staging?.Reader.Complete();
    }

    /// <summary>A pipe without a threshold is always ready.</summary>
    private static void Flush(PipeWriter staging)
    {
        var flush = staging.FlushAsync();
        System.Diagnostics.Debug.Assert(flush.IsCompleted, "A pipe without a threshold took a flush amiss.");
        flush.GetAwaiter().GetResult();
    }
}
