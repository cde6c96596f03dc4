using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Tunnel.Mux;
using Tunnel.Mux.Buffers;

namespace Tunnel.Shared.Datagrams;

/// <summary>
/// Datagrams that wait for one reader, who sees them behind their prefixes. Never full: a new one takes the place of the
/// oldest. Any thread may put datagrams in.
/// </summary>
/// <remarks>
/// A read takes all that waits, block by block and without a copy, so what the reader holds cannot be dropped any more; the
/// queue itself goes on with fresh blocks. An empty queue holds none.
/// </remarks>
internal sealed class DatagramQueue : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly DatagramLimits _limits;
    private readonly DatagramBudget? _budget;
    private readonly DatagramDrops _drops;
    private readonly MemoryPool<byte> _pool;
    private readonly int _blockBytes;
    private readonly Lock _gate = new();

    // All below is guarded by _gate. First what waits: a chain of blocks, and the lengths of the datagrams in it with their prefixes.
    private readonly Queue<int> _lengths = new();
    private DatagramSegment? _head;
    private DatagramSegment? _tail;
    private int _headOffset;
    private int _bytes;

    // What the reader holds, a chain too.
    private DatagramSegment? _first;
    private DatagramSegment? _last;
    private int _firstOffset;
    private bool _examined;

    private ManualResetValueTaskSourceCore<ReadResult> _wait = new() { RunContinuationsAsynchronously = true };
    private bool _waiting;
    private bool _cancelled;
    private bool _ended;
    private bool _completed;
    private Exception? _failure;

    public DatagramQueue(DatagramLimits limits, DatagramBudget? budget, DatagramDrops drops, MemoryPool<byte> pool)
    {
        _limits = limits;
        _budget = budget;
        _drops = drops;
        _pool = pool;
        _blockBytes = Math.Min(pool.MaxBufferSize, BlockPool.BlockSize);
    }

    /// <summary>Whether the reader has left.</summary>
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

    /// <summary>Puts a datagram in; false where nobody will read it.</summary>
    public bool Enqueue(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > DatagramPrefix.MaxDatagram)
        {
            _drops.Count(DatagramDropReason.Size);
            return true;
        }

        lock (_gate)
        {
            if (_ended || _completed)
            {
                return false;
            }

            var total = DatagramPrefix.Size + datagram.Length;
            while (_lengths.Count > 0 && (_bytes + total > _limits.QueueBytes || _lengths.Count >= _limits.QueueDatagrams))
            {
                DropOldest();
            }

            if (!TryMakeRoom(total))
            {
                _drops.Count(DatagramDropReason.Memory);
                return true;
            }

            Span<byte> prefix = stackalloc byte[DatagramPrefix.Size];
            DatagramPrefix.Write(prefix, datagram.Length);
            Append(prefix);
            Append(datagram);
            _lengths.Enqueue(total);
            _bytes += total;
            Wake();
            return true;
        }
    }

    /// <summary>Nothing follows. What waits can still be read, and then the end, or <paramref name="failure"/>.</summary>
    public void End(Exception? failure = null)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _failure = failure;
                Wake();
            }
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_gate)
        {
            return TryTake(out result);
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        ValueTask<ReadResult> pending;
        lock (_gate)
        {
            if (_waiting)
            {
                throw new InvalidOperationException("Another read is under way.");
            }

            if (TryTake(out var result))
            {
                return new ValueTask<ReadResult>(result);
            }

            _wait.Reset();
            _waiting = true;
            pending = new ValueTask<ReadResult>(this, _wait.Version);
        }

        return cancellationToken.CanBeCanceled ? CancellableAsync(pending, cancellationToken) : pending;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_gate)
        {
            if (_completed || _first is null)
            {
                return;
            }

            _examined = examined.GetObject() == _last && examined.GetInteger() == _last!.Memory.Length;

            // A default position consumes nothing.
            if (consumed.GetObject() is DatagramSegment segment)
            {
                while (_first != segment)
                {
                    ReleaseFirst();
                }

                _firstOffset = consumed.GetInteger();
                while (_first is not null && _firstOffset == _first.Memory.Length)
                {
                    ReleaseFirst();
                }
            }
        }
    }

    public override void CancelPendingRead()
    {
        lock (_gate)
        {
            _cancelled = true;
            Wake();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            while (_first is not null)
            {
                ReleaseFirst();
            }

            while (_head is not null)
            {
                ReleaseHead();
            }

            _lengths.Clear();
            _bytes = 0;
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> CancellableAsync(ValueTask<ReadResult> pending, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((DatagramQueue)state!).CancelWait(token), this);
        return await pending;
    }

    private void CancelWait(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting)
            {
                _waiting = false;
                _wait.SetException(new OperationCanceledException(cancellationToken));
            }
        }
    }

    // ---- Under _gate -----------------------------------------------------------------------------------------------

    private void Wake()
    {
        if (!_waiting)
        {
            return;
        }

        try
        {
            if (TryTake(out var result))
            {
                _waiting = false;
                _wait.SetResult(result);
            }
        }
        catch (Exception exception)
        {
            _waiting = false;
            _wait.SetException(exception);
        }
    }

    private bool TryTake(out ReadResult result)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The input was completed.");
        }

        var held = _last is null ? 0 : _last.RunningIndex + _last.Memory.Length - _first!.RunningIndex - _firstOffset;
        var isNew = _head is not null && (_ended || held < _limits.QueueBytes);
        if (isNew)
        {
            TakeAll();
        }

        var isLast = _ended && _head is null;
        if (isLast && _failure is not null && _first is null && !_cancelled)
        {
            throw new IOException(_failure.Message, _failure);
        }

        if (!_cancelled && !isNew && !isLast && (_first is null || _examined))
        {
            result = default;
            return false;
        }

        _examined = false;
        result = new ReadResult(Held(), _cancelled, isLast);
        _cancelled = false;
        return true;
    }

    private ReadOnlySequence<byte> Held() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, _firstOffset, _last!, _last!.Memory.Length);

    /// <summary>Moves what waits behind what the reader holds.</summary>
    private void TakeAll()
    {
        var before = _last;
        _first ??= _head;
        for (var segment = _head; segment is not null; segment = segment.NextSegment)
        {
            segment.Seal(before, _headOffset);
            before = segment;
            _headOffset = 0;
        }

        _last = _tail;
        _head = _tail = null;
        _bytes = 0;
        _lengths.Clear();
    }

    private bool TryMakeRoom(int total)
    {
        var missing = total - (_tail?.Room ?? 0);
        return missing <= 0 || _budget is null || _budget.TryTake((missing + _blockBytes - 1) / _blockBytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_tail is not { Room: > 0 })
            {
                var segment = new DatagramSegment(_pool.Rent(_blockBytes), _blockBytes);
                _tail?.Link(segment);
                _tail = segment;
                _head ??= segment;
            }

            bytes = bytes[_tail.Append(bytes)..];
        }
    }

    private void DropOldest()
    {
        var rest = _lengths.Dequeue();
        _bytes -= rest;
        while (rest > 0)
        {
            var part = Math.Min(rest, _head!.Written - _headOffset);
            _headOffset += part;
            rest -= part;
            if (_headOffset == _head.Written)
            {
                ReleaseHead();
            }
        }

        _drops.Count(DatagramDropReason.Queue);
    }

    private void ReleaseHead()
    {
        var next = _head!.NextSegment;
        _head.Release();
        _budget?.Return(1);
        _head = next;
        _headOffset = 0;
        _tail = next is null ? null : _tail;
    }

    private void ReleaseFirst()
    {
        var next = _first == _last ? null : _first!.NextSegment;
        _first!.Release();
        _budget?.Return(1);
        _first = next;
        _firstOffset = 0;
        _last = next is null ? null : _last;
    }
}
