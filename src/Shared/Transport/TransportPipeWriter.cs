using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Mux.Output;

namespace Tunnel.Shared.Transport;

/// <summary>
/// Collects written bytes in pool blocks and hands all of one flush to <see cref="SendAsync"/> together, so that a transport
/// can send them with few system calls. Owns the blocks: rents them in <see cref="GetMemory"/>, returns them when the flush ends.
/// </summary>
/// <remarks>
/// A flush that is cancelled while it is under way has sent an unknown part of its bytes, so the stream is torn: cancelling
/// aborts the connection. <c>Complete(exception)</c> aborts even after <c>Complete()</c>.
/// </remarks>
internal abstract class TransportPipeWriter(MemoryPool<byte> pool, int blockBytes) : PipeWriter, IGatheringOutput
{
    private readonly Lock _gate = new();
    private readonly List<ReadOnlyMemory<byte>> _batch = [];
    private readonly List<IMemoryOwner<byte>> _owners = [];

    // The block being filled; what is before it is already in _batch. Touched by the writing side only.
    private Memory<byte> _block;
    private int _blockWritten;
    private long _unflushed;

    // Guarded by _gate.
    private bool _flushing;
    private bool _cancelRequested;
    private bool _completed;
    private bool _aborted;
    private IOException? _failure;

    /// <summary>Ends when the last bytes and the end of the stream were handed to the transport. Never fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>True after <c>Complete()</c>, and false again after an abort.</summary>
    public bool CompletedGracefully
    {
        get
        {
            lock (_gate)
            {
                return _completed && !_aborted && _failure is null;
            }
        }
    }

    /// <summary>Where blocks come from.</summary>
    protected MemoryPool<byte> Pool => pool;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (_block.Length - _blockWritten < needed)
        {
            SealBlock();
            var size = Math.Max(needed, blockBytes);
            var owner = size <= pool.MaxBufferSize ? pool.Rent(size) : MemoryPool<byte>.Shared.Rent(size);
            _owners.Add(owner);
            _block = owner.Memory;
        }

        return _block[_blockWritten..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _block.Length - _blockWritten);
        _blockWritten += bytes;
        _unflushed += bytes;
    }

    public void Append(ReadOnlyMemory<byte> memory)
    {
        if (memory.IsEmpty)
        {
            return;
        }

        // What is left of the block is used for what comes behind.
        if (_blockWritten > 0)
        {
            _batch.Add(_block[.._blockWritten]);
            _block = _block[_blockWritten..];
            _blockWritten = 0;
        }

        _batch.Add(memory);
        _unflushed += memory.Length;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <summary>Sends what is pending and then <paramref name="source"/>, which is not copied.</summary>
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

            if (_failure is not null)
            {
                return ValueTask.FromException<FlushResult>(new IOException(_failure.Message, _failure));
            }

            if (_cancelRequested)
            {
                _cancelRequested = false;
                this.Write(source.Span);
                return new ValueTask<FlushResult>(new FlushResult(isCanceled: true, isCompleted: false));
            }

            if (_unflushed + source.Length == 0)
            {
                return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: false));
            }

            _flushing = true;
        }

        return SendBatchAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        bool pending;
        lock (_gate)
        {
            _cancelRequested = true;
            pending = _flushing;
        }

        if (pending)
        {
            AbortTransport();
        }
    }

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
        }

        if (!abort)
        {
            Completion = FinishAsync();
            return;
        }

        AbortTransport();
        if (!flushing && Completion.IsCompleted)
        {
            ReleaseBlocks();
        }
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        return new ValueTask(Completion);
    }

    /// <summary>Sends all segments in order and returns when the transport has taken them; the list must not be kept.</summary>
    protected abstract ValueTask SendAsync(List<ReadOnlyMemory<byte>> segments);

    /// <summary>Tells the peer that nothing follows.</summary>
    protected abstract ValueTask ShutdownAsync();

    /// <summary>Ends the whole connection at once. Must be idempotent and callable from any thread.</summary>
    protected abstract void AbortTransport();

    private void SealBlock()
    {
        if (_blockWritten > 0)
        {
            _batch.Add(_block[.._blockWritten]);
        }

        _block = default;
        _blockWritten = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendBatchAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((TransportPipeWriter)state!).AbortTransport(), this);
        try
        {
            SealBlock();
            if (!source.IsEmpty)
            {
                _batch.Add(source);
            }

            await SendAsync(_batch);
        }
        catch (Exception exception)
        {
            var failure = exception as IOException ?? new IOException("The connection can no longer be written: " + exception.Message, exception);
            bool cancelled;
            lock (_gate)
            {
                _failure = failure;
                cancelled = _cancelRequested;
                _cancelRequested = false;
            }

            if (cancelled)
            {
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
        finally
        {
            registration.Dispose();
            ReleaseBlocks();
            lock (_gate)
            {
                _flushing = false;
            }
        }

        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    private async Task FinishAsync()
    {
        try
        {
            SealBlock();
            if (_batch.Count > 0 && _failure is null)
            {
                await SendAsync(_batch);
            }

            await ShutdownAsync();
        }
        catch (Exception exception)
        {
            // The peer is gone; the reading side reports it.
            lock (_gate)
            {
                _failure ??= new IOException("The connection ended before its last bytes were sent: " + exception.Message, exception);
            }
        }
        finally
        {
            ReleaseBlocks();
        }
    }

    private void ReleaseBlocks()
    {
        foreach (var owner in _owners)
        {
            owner.Dispose();
        }

        _owners.Clear();
        _batch.Clear();
        _block = default;
        _blockWritten = 0;
        _unflushed = 0;
    }
}
