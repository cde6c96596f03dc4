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
    private readonly ChunkStaging _staging;
    private readonly Action<IBufferWriter<byte>> _prologue;
    private readonly Task _otherDirection;
    private readonly Lock _gate = new();

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
        _staging = new ChunkStaging(transport, format, encoder, pool);
        _prologue = prologue;
        _otherDirection = otherDirection;
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

    /// <summary>Datagrams that were longer than <see cref="VMessBodyFormat.MaxDatagram"/>, and so not sent.</summary>
    public long DroppedDatagrams => _staging.DroppedDatagrams;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _staging.Bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _staging.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _staging.GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _staging.Advance(bytes);

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
            _staging.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            await EnsureStarted();
            if (!_format.IsChunked)
            {
                _staging.Seal();
                return await _transport.WriteAsync(source, cancellationToken);
            }

            if (_format.Datagrams)
            {
                _staging.SealDatagram(source);
                return await _transport.FlushAsync(cancellationToken);
            }

            _staging.Seal();
            while (source.Length > BatchBytes)
            {
                _staging.Seal(source[..BatchBytes]);
                source = source[BatchBytes..];
                var flush = await _transport.FlushAsync(cancellationToken);
                if (flush.IsCompleted)
                {
                    return flush;
                }

                if (flush.IsCanceled)
                {
                    // A cancelled flush keeps what was written, all of it.
                    _staging.Seal(source);
                    return flush;
                }
            }

            _staging.Seal(source);
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
                _staging.Release();
            }
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await EnsureStarted();
            _staging.Seal();
            if (_format.HasEndChunk)
            {
                _staging.SealEnd();
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
            _staging.Release();
        }
    }

    /// <summary>The prologue is written now, or was; the flush that is under way with it must be waited for.</summary>
    private Task EnsureStarted()
    {
        lock (_gate)
        {
            if (!_started)
            {
                Start();
            }

            return _startFlush;
        }
    }

    /// <summary>Under _gate.</summary>
    private void Start()
    {
        _started = true;
        _startSignal?.TrySetResult();
        _prologue(_transport);
    }

}
