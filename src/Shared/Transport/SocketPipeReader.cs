using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport;

/// <summary>
/// Reads a socket as a pipe. While more comes than a block holds, it reads larger blocks, and reads without asking first
/// whether there is something: fewer system calls, and fewer changes of threads for whoever passes the bytes on.
/// </summary>
#pragma warning disable CA1001 // A pipe's end is completed, not disposed.
internal sealed class SocketPipeReader : TransportPipeReader
#pragma warning restore CA1001
{
    /// <summary>Less room is not worth a system call.</summary>
    private const int SmallestRead = 4096;

    private readonly Socket _socket;
    private readonly MemoryPool<byte> _pool;
    private readonly int _blockBytes;
    private readonly int _largeBlockBytes;

    // Guards _cancelRequested and _wait.
    private readonly Lock _gate = new();
    private bool _cancelRequested;
    private CancellationTokenSource? _wait;

    // The reading side's own. The segments hold what was not consumed; the first _headIndex bytes of the first one were.
    private ReadSegment? _head;
    private ReadSegment? _tail;
    private ReadSegment? _spare;
    private int _headIndex;
    private bool _examinedAll = true;
    private bool _fillsBlocks;
    private bool _ended;
    private IOException? _failure;
    private bool _completed;

    /// <param name="socket">Connected. Nobody else reads it, and nobody uses it blocking.</param>
    /// <param name="pool">Where blocks come from.</param>
    /// <param name="blockBytes">What a read takes at most while little comes, in bytes.</param>
    /// <param name="largeBlockBytes">What it takes at most while much comes.</param>
    public SocketPipeReader(Socket socket, MemoryPool<byte> pool, int blockBytes, int largeBlockBytes)
    {
        _socket = socket;
        _pool = pool;
        _blockBytes = blockBytes;
        _largeBlockBytes = largeBlockBytes;
        socket.Blocking = false;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryRead(out var result))
        {
            return new ValueTask<ReadResult>(result);
        }

        if (_failure is not null)
        {
            throw new IOException(_failure.Message, _failure);
        }

        if (_fillsBlocks && TryReceive())
        {
            return InTurn(Result(isCanceled: false));
        }

        BeginTurn();
        return WaitAndReadAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        var isCanceled = TakeCancellation();
        if (isCanceled || (_ended && _failure is null) || !_examinedAll)
        {
            result = Result(isCanceled);
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (consumed.GetObject() is not ReadSegment first || examined.GetObject() is not ReadSegment last)
        {
            return;
        }

        _examinedAll = last == _tail && examined.GetInteger() == _tail.Length;
        while (_head != first)
        {
            ReturnHead();
        }

        _headIndex = consumed.GetInteger();
        if (_headIndex == _head!.Length)
        {
            ReturnHead();
        }
    }

    public override void CancelPendingRead()
    {
        lock (_gate)
        {
            _cancelRequested = true;
            _wait?.Cancel();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        NoteCompletion(exception, _ended);
        _completed = true;
        while (_head is not null)
        {
            ReturnHead();
        }

        lock (_gate)
        {
            _wait?.Dispose();
            _wait = null;
        }
    }

    private bool TakeCancellation()
    {
        if (!Volatile.Read(ref _cancelRequested))
        {
            return false;
        }

        lock (_gate)
        {
            _cancelRequested = false;
            if (_wait?.IsCancellationRequested == true)
            {
                _wait.Dispose();
                _wait = null;
            }

            return true;
        }
    }

    private ReadResult Result(bool isCanceled)
    {
        var buffer = _head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_head, _headIndex, _tail!, _tail!.Length);
        return new ReadResult(buffer, isCanceled, _ended);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAndReadAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static state => ((SocketPipeReader)state!).CancelWait(), this);
        while (true)
        {
            try
            {
                await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, WaitToken());
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                throw End(exception);
            }

            if (_completed)
            {
                throw new IOException("The connection was closed while it was read.");
            }

            if (TakeCancellation())
            {
                return Result(isCanceled: true);
            }

            if (TryReceive())
            {
                return Result(isCanceled: false);
            }
        }
    }

    /// <summary>A token that ends a wait; it lasts until it was used.</summary>
    private CancellationToken WaitToken()
    {
        lock (_gate)
        {
            if (_wait is null || _wait.IsCancellationRequested)
            {
                _wait?.Dispose();
                _wait = new CancellationTokenSource();
                if (_cancelRequested)
                {
                    _wait.Cancel();
                }
            }

            return _wait.Token;
        }
    }

    private void CancelWait()
    {
        lock (_gate)
        {
            _wait?.Cancel();
        }
    }

    /// <summary>Takes what there is; false where there is nothing yet.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    private bool TryReceive()
    {
        var room = Room();
        int received;
        SocketError error;
        try
        {
            received = _socket.Receive(room.Span, SocketFlags.None, out error);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            throw End(exception);
        }

        if (error == SocketError.Success && received > 0)
        {
            _tail!.Advance(received);
            _examinedAll = false;
            _fillsBlocks = received == room.Length;
            return true;
        }

        _fillsBlocks = false;
        if (_head is { Length: 0 })
        {
            ReturnHead();
        }

        if (error is SocketError.WouldBlock or SocketError.IOPending or SocketError.TryAgain)
        {
            return false;
        }

        _ended = true;
        return error == SocketError.Success ? true : throw End(new SocketException((int)error));
    }

    private IOException End(Exception exception)
    {
        _ended = true;
        return _failure = Failure(exception);
    }

    private Memory<byte> Room()
    {
        if (_tail is not null && _tail.Free.Length >= SmallestRead)
        {
            return _tail.Free;
        }

        var segment = _spare ?? new ReadSegment();
        _spare = null;
        segment.Rent(_pool, _fillsBlocks ? _largeBlockBytes : _blockBytes);
        if (_tail is null)
        {
            _head = segment;
            _headIndex = 0;
        }
        else
        {
            _tail.Append(segment);
        }

        _tail = segment;
        return segment.Free;
    }

    private void ReturnHead()
    {
        var segment = _head!;
        _head = segment.Next;
        _headIndex = 0;
        if (_head is null)
        {
            _tail = null;
        }

        segment.Return();
        _spare = segment;
    }
}
