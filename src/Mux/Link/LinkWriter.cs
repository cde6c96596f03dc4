using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Link;

/// <summary>
/// Writes the session's bytes as records to one connection after the other. A record is what one flush, or several, have
/// brought, so it ends where a frame ends. Bytes are kept until the peer has acknowledged them.
/// </summary>
internal sealed class LinkWriter : PipeWriter, IConnectionOwner
{
    private const int BlockBytes = 64 * 1024;
    private const int AlwaysKept = 256 * 1024;

    // On a short way more than this is a queue and nothing else: streams stand behind it, and the kernel and this log hold it.
    private const int EnoughOnNoWay = 2 * 1024 * 1024;

    // 10 Gbit/s.
    private const long FastestBytesPerSecond = 1_250_000_000;

    // So much that is acknowledged is let go of at once; less waits for the next flush, or a second: a wake-up costs more.
    private const int ReleasedAtOnce = 256 * 1024;

    private readonly SessionLink _link;
    private readonly RetransmitLog _log;
    private readonly AsyncSignal _wake = new();
    private Action? _flushNeeded;
    private Action? _connectionChanged;
    private Func<TimeSpan?>? _roundTrip;

    // The user's thread alone: the connection it writes to, and the position up to which it was sent there.
    private LinkConnection? _connection;
    private long _sent;
    private bool _completed;

    // Asked for by others, done by the user's thread.
    private volatile bool _probe;
    private volatile bool _answer;

    private long _committed;
    private long _acknowledgedByPeer;
    private long _acknowledged;
    private long _released;

    public LinkWriter(SessionLink link)
    {
        _link = link;
        _log = new RetransmitLog(link.Options.Pool, BlockBytes, link.Options.Ceiling);
    }

    public Action? FlushNeeded
    {
        set => _flushNeeded = value;
    }

    public Func<TimeSpan?>? RoundTrip
    {
        set => _roundTrip = value;
    }

    public Action? ConnectionChanged
    {
        set => _connectionChanged = value;
    }

    /// <summary>How many bytes of the peer's were acknowledged to it over this connection: with whatever was sent.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Whether a flush would do something though the session writes nothing: acknowledge, or let go of what was acknowledged.</summary>
    public bool HasWork => _link.Reader.Taken > Acknowledged || Volatile.Read(ref _acknowledgedByPeer) > Volatile.Read(ref _released);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _log.End - _committed;

    /// <summary>Lets the writer look again, and flush.</summary>
    public void Wake()
    {
        _wake.Set();
        RequestFlush();
    }

    /// <summary>Asks the peer for a sign of life.</summary>
    public void Probe()
    {
        _probe = true;
        Wake();
    }

    /// <summary>The peer asks for one.</summary>
    public void AnswerProbe()
    {
        _answer = true;
        Wake();
    }

    public void RequestFlush() => _flushNeeded?.Invoke();

    /// <summary>Whether all bytes from a position on are still here.</summary>
    public bool CanResumeAt(long position) => position >= Volatile.Read(ref _acknowledgedByPeer) && position <= Volatile.Read(ref _committed);

    /// <summary>The peer has taken so many bytes.</summary>
    /// <exception cref="MuxSessionException">So many were never sent, or fewer than it took before.</exception>
    public void OnAcknowledged(ulong bytes)
    {
        if (bytes > (ulong)Volatile.Read(ref _committed) || (long)bytes < Volatile.Read(ref _acknowledgedByPeer))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer acknowledged bytes that it cannot have taken");
        }

        Volatile.Write(ref _acknowledgedByPeer, (long)bytes);
        _wake.Set();
        if ((long)bytes - Volatile.Read(ref _released) >= ReleasedAtOnce)
        {
            RequestFlush();
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _log.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _log.GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _log.Advance(bytes);

    /// <summary>Returns when everything was sent once; waits while there is no connection, or the peer has too much to acknowledge.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _committed, _log.End);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Release(Volatile.Read(ref _acknowledgedByPeer));
            if (_link.Closed is { } reason)
            {
                throw new IOException(reason.Message, reason);
            }

            if (!ReferenceEquals(_connection, _link.Current))
            {
                await SwitchAsync();
            }

            // A peer may say that it has what was not sent over this connection; then that is gone from here.
            _sent = Math.Max(_sent, _log.Begin);
            if (_connection is { } connection && !await TrySendAsync(connection, cancellationToken))
            {
                continue;
            }

            if (_connection is not null && _sent == _log.End)
            {
                return new FlushResult(isCanceled: false, isCompleted: false);
            }

            await WaitAsync(cancellationToken);
        }
    }

    public override void CancelPendingFlush() => throw new NotSupportedException("A session's output loop is cancelled by its token.");

    public override void Complete(Exception? exception = null) => _ = CompleteAsync(exception).AsTask();

    /// <summary>Ends the link: the peer learns it where the session ended in order and a connection is there.</summary>
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        if (!ReferenceEquals(_connection, _link.Current))
        {
            await SwitchAsync();
        }

        if (_connection is { } connection)
        {
            await FinishAsync(connection, exception);
        }

        _log.Clear();
        _link.OnSessionEnded();
    }

    /// <summary>Says that the session has ended, unless it failed, and lets go of the connection.</summary>
    private static async ValueTask FinishAsync(LinkConnection connection, Exception? failure)
    {
        try
        {
            if (failure is null)
            {
                new LinkRecord(LinkRecordType.End, 0).Write(connection.Output.GetSpan(LinkRecord.HeaderSize));
                connection.Output.Advance(LinkRecord.HeaderSize);
                await connection.Output.FlushAsync();
                await connection.Output.CompleteAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection is dead, and so is the session.
            failure = exception;
        }

        await connection.ReleaseWriterAsync(failure);
    }

    private async ValueTask SwitchAsync()
    {
        if (_connection is { } old)
        {
            _connection = null;
            await old.ReleaseWriterAsync(new IOException("The connection was lost."));
        }

        var next = _link.Current;
        _connection = next is not null && next.TryBeginWriting() ? next : null;
        if (_connection is not null)
        {
            // What the peer has taken before the connection was lost it need not acknowledge again.
            Volatile.Write(ref _acknowledgedByPeer, Math.Max(_connection.TakenByPeer, Volatile.Read(ref _acknowledgedByPeer)));
            _sent = _connection.TakenByPeer;
            Release(_sent);
            Volatile.Write(ref _acknowledged, 0);
            _connectionChanged?.Invoke();
        }
    }

    /// <summary>Sends what may be sent now; false where the connection is lost.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TrySendAsync(LinkConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var pending = WriteAcknowledgement(connection.Output) | WriteProbe(connection.Output);
            if (_sent < _log.End && MaySend(_sent - _log.Begin))
            {
                WriteData(connection.Output);
                pending = true;
            }

            if (pending)
            {
                var result = await connection.Output.FlushAsync(cancellationToken);
                if (result.IsCanceled || result.IsCompleted)
                {
                    throw new IOException("the connection takes no more");
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            _link.Lose(connection, exception);
            return false;
        }
    }

    private bool WriteAcknowledgement(PipeWriter output)
    {
        var taken = _link.Reader.Taken;
        if (taken == _acknowledged && !_answer)
        {
            return false;
        }

        _answer = false;
        var span = output.GetSpan(LinkRecord.HeaderSize + LinkRecord.AckSize);
        new LinkRecord(LinkRecordType.Ack, LinkRecord.AckSize).Write(span);
        BinaryPrimitives.WriteInt64BigEndian(span[LinkRecord.HeaderSize..], taken);
        output.Advance(LinkRecord.HeaderSize + LinkRecord.AckSize);
        Volatile.Write(ref _acknowledged, taken);
        return true;
    }

    /// <summary>Near the ceiling a link keeps little, but always enough to go on; otherwise what the way can hold.</summary>
    private bool MaySend(long unacknowledged) =>
        unacknowledged < AlwaysKept
            ? unacknowledged < _link.Options.MaxUnacknowledged
            : unacknowledged < MostOnTheWay() && !_link.Options.Ceiling.IsFull;

    private long MostOnTheWay() => _roundTrip?.Invoke() is { } roundTrip
        ? Math.Min(_link.Options.MaxUnacknowledged, EnoughOnNoWay + (long)(roundTrip.TotalSeconds * FastestBytesPerSecond))
        : _link.Options.MaxUnacknowledged;

    private bool WriteProbe(PipeWriter output)
    {
        if (!_probe)
        {
            return false;
        }

        _probe = false;
        new LinkRecord(LinkRecordType.Probe, 0).Write(output.GetSpan(LinkRecord.HeaderSize));
        output.Advance(LinkRecord.HeaderSize);
        return true;
    }

    /// <summary>Everything that was not sent, as one record: a part of it could end within a frame.</summary>
    private void WriteData(PipeWriter output)
    {
        // Far more than the bound on what is unacknowledged allows together with one batch.
        var length = (int)Math.Min(_log.End - _sent, LinkRecord.MaxLength);
        var record = new LinkRecord(LinkRecordType.Data, length);
        var end = _sent + length;
        var first = _log.SliceWithRoom(_sent);
        if (first.IsEmpty)
        {
            record.Write(output.GetSpan(LinkRecord.HeaderSize));
            output.Advance(LinkRecord.HeaderSize);
        }
        else
        {
            record.Write(first.Span);
            Write(output, first);
            _sent += first.Length - LinkRecord.HeaderSize;
        }

        while (_sent < end)
        {
            var part = _log.Slice(_sent);
            Write(output, part);
            _sent += part.Length;
        }
    }

    private static void Write(PipeWriter output, ReadOnlyMemory<byte> memory)
    {
        if (output is IGatheringOutput gathering)
        {
            gathering.Append(memory);
        }
        else
        {
            output.Write(memory.Span);
        }
    }

    private void Release(long position)
    {
        _log.Release(position);
        Volatile.Write(ref _released, position);
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await using var cancellation = cancellationToken.UnsafeRegister(static state => ((LinkWriter)state!)._wake.Set(), this);
        if (!cancellationToken.IsCancellationRequested)
        {
            await _wake.WaitAsync();
        }
    }
}
