using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Link;

/// <summary>
/// Reads the session's bytes out of the records of one connection after the other, without a copy. What its user has not
/// consumed when a connection is lost comes again over the next one.
/// </summary>
internal sealed class LinkReader(SessionLink link) : PipeReader
{
    private readonly AsyncSignal _wake = new();

    // The user's thread alone: the connection it reads from, and how much of the DATA record under way is left.
    private LinkConnection? _connection;
    private int _recordLeft;
    private ReadOnlySequence<byte> _given;
    private bool _gaveWholeRecord;

    // How much of the record under way the user has looked at and left, for want of the rest of a frame.
    private long _leftBehind;
    private bool _completed;

    private volatile bool _ended;
    private long _taken;
    private long _takenAtLastRequest;
    private long _lastRead;

    // Set while no connection is in use: Taken does not change then. Guarded by _gate.
    private readonly Lock _gate = new();
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many bytes of the session the user has consumed.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Whether the peer has said that nothing more comes.</summary>
    public bool HasEnded => _ended;

    /// <summary>When something last came over a connection, or one was attached; by <see cref="SessionLink.Now"/>.</summary>
    public TimeSpan LastRead => TimeSpan.FromTicks(Volatile.Read(ref _lastRead));

    public void Wake() => _wake.Set();

    /// <summary>Completes when the user reads from no connection, with <see cref="Taken"/>.</summary>
    public async Task<long> WhenIdleAsync()
    {
        Task idle;
        lock (_gate)
        {
            idle = _idle.Task;
        }

        await idle;
        return Taken;
    }

    /// <summary>A new connection is about to be attached.</summary>
    public void OnAttached()
    {
        Volatile.Write(ref _lastRead, link.Now.Ticks);
        lock (_gate)
        {
            if (_idle.Task.IsCompleted)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public override bool TryRead(out ReadResult result) => throw new NotSupportedException("A session's read loop waits for what it reads.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_ended)
            {
                return new ReadResult(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);
            }

            if (_connection is null || !ReferenceEquals(_connection, link.Current))
            {
                await SwitchAsync();
                if (_connection is null)
                {
                    await WaitAsync(cancellationToken);
                    continue;
                }
            }

            ReadResult read;
            try
            {
                read = await _connection.Input.ReadAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
            {
                link.Lose(_connection, exception);
                continue;
            }

            if (TryTakeData(_connection, read, out var data))
            {
                return new ReadResult(data, isCanceled: false, isCompleted: false);
            }
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_connection is null || _given.IsEmpty)
        {
            return;
        }

        var bytes = _given.Slice(_given.Start, consumed).Length;
        _leftBehind = _given.Slice(examined).IsEmpty ? _given.Length - bytes : 0;
        _gaveWholeRecord = _given.Length == _recordLeft;
        _recordLeft -= (int)bytes;
        _given = default;
        Volatile.Write(ref _taken, _taken + bytes);
        _connection.Input.AdvanceTo(consumed, examined);
        if (_taken - Math.Max(_takenAtLastRequest, link.Writer.Acknowledged) >= link.Options.AcknowledgeEvery)
        {
            _takenAtLastRequest = _taken;
            link.Writer.Wake();
        }
    }

    public override void CancelPendingRead() => throw new NotSupportedException("A session's read loop is cancelled by its token.");

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        _ended = true;
        if (_connection is { } connection)
        {
            _connection = null;
            _ = connection.ReleaseReaderAsync(exception).AsTask();
        }

        // One that was attached when nobody read any more.
        if (link.Current is { } unseen && unseen.TryBeginReading())
        {
            _ = unseen.ReleaseReaderAsync(exception).AsTask();
        }

        BecomeIdle();
        link.OnSessionEnded();
    }

    /// <summary>Lets go of a connection that is not the link's any more, and takes the one that is.</summary>
    private async ValueTask SwitchAsync()
    {
        if (_connection is { } old)
        {
            _connection = null;
            _recordLeft = 0;
            _gaveWholeRecord = false;
            _leftBehind = 0;
            await old.ReleaseReaderAsync(null);
        }

        var next = link.Current;
        _connection = next is not null && next.TryBeginReading() ? next : null;
        if (_connection is null)
        {
            BecomeIdle();
            if (link.Closed is { } reason)
            {
                throw new IOException(reason.Message, reason);
            }
        }
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await using var cancellation = cancellationToken.UnsafeRegister(static state => ((LinkReader)state!).Wake(), this);
        if (link.Current is null && link.Closed is null && !cancellationToken.IsCancellationRequested)
        {
            await _wake.WaitAsync();
        }
    }

    /// <summary>Handles records until there is data for the user; false where more must be read first.</summary>
    private bool TryTakeData(LinkConnection connection, in ReadResult read, out ReadOnlySequence<byte> data)
    {
        var buffer = read.Buffer;
        data = default;
        if (!buffer.IsEmpty)
        {
            Volatile.Write(ref _lastRead, link.Now.Ticks);
        }

        while (true)
        {
            if (_recordLeft > 0)
            {
                if (buffer.IsEmpty)
                {
                    break;
                }

                if (_gaveWholeRecord)
                {
                    throw new MuxSessionException(MuxErrorCode.ProtocolError, "a frame of the peer crosses the end of a record");
                }

                var part = buffer.Slice(0, Math.Min(buffer.Length, _recordLeft));
                if (read.IsCompleted && part.Length == _leftBehind)
                {
                    // The connection ended within a frame: the rest of it comes over another one, and from here nothing more.
                    break;
                }

                data = _given = part;
                return true;
            }

            _gaveWholeRecord = false;
            if (!TryReadRecord(ref buffer))
            {
                break;
            }
        }

        connection.Input.AdvanceTo(buffer.Start, buffer.End);
        if (read.IsCompleted && !_ended)
        {
            link.Lose(connection, new IOException("the peer closed the connection"));
        }

        return false;
    }

    /// <summary>Takes the head of a DATA record, or another record whole; false where it is not all there.</summary>
    private bool TryReadRecord(ref ReadOnlySequence<byte> buffer)
    {
        if (_ended || buffer.Length < LinkRecord.HeaderSize)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[LinkRecord.AckSize];
        buffer.Slice(0, LinkRecord.HeaderSize).CopyTo(bytes);
        var record = LinkRecord.Read(bytes);
        var rest = buffer.Slice(LinkRecord.HeaderSize);
        switch (record.Type)
        {
            case LinkRecordType.Data:
                _recordLeft = record.Length;
                break;
            case LinkRecordType.End:
                _ended = true;
                break;
            case LinkRecordType.Probe:
                link.Writer.AnswerProbe();
                break;
            default:
                if (rest.Length < LinkRecord.AckSize)
                {
                    return false;
                }

                rest.Slice(0, LinkRecord.AckSize).CopyTo(bytes);
                rest = rest.Slice(LinkRecord.AckSize);
                link.Writer.OnAcknowledged(BinaryPrimitives.ReadUInt64BigEndian(bytes));
                break;
        }

        buffer = rest;
        return true;
    }

    private void BecomeIdle()
    {
        lock (_gate)
        {
            _idle.TrySetResult();
        }
    }
}
