using System.Buffers;

namespace Tunnel.Mux.Cool;

/// <content>From the peer to the user.</content>
internal sealed partial class CoolStream
{
    // Guards the fields below, and every use of the receive pipe's writer.
    private readonly Lock _receiveGate = new();
    private bool _receiveOver;
    private bool _isUnflushed;

    // Read outside the gate too, behind a barrier.
    private volatile bool _inputCompleted;
    private long _buffered;

    // Ticks of the session's clock.
    private long _lastProgress;

    /// <summary>Whether the read loop has put this stream on its list of streams to flush; only the read loop uses it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether the peer has ever sent data; only the read loop uses it.</summary>
    public bool HadData { get; set; }

    /// <summary>Bytes that wait for the reader, or that nobody will read until it is completed.</summary>
    public long Buffered => Interlocked.Read(ref _buffered);

    /// <summary>When the reader took something last, or got something to take after it had taken all.</summary>
    public TimeSpan LastProgress => TimeSpan.FromTicks(Interlocked.Read(ref _lastProgress));

    /// <summary>Whether the stream itself is what keeps data from being taken.</summary>
    public bool IsFull => Buffered >= _session.Options.StreamBuffer && !DropsAll;

    /// <summary>Whether data is taken only to be dropped.</summary>
    public bool DropsAll => _inputCompleted || IsReceiveOver;

    /// <summary>Takes bytes that arrived, as many as there is room for, and returns how many; those that nobody wants are dropped.</summary>
    public long ReceiveBytes(in ReadOnlySequence<byte> part)
    {
        lock (_receiveGate)
        {
            if (_receiveOver || _inputCompleted)
            {
                return part.Length;
            }

            var room = _session.Budget.TakeUpTo(Math.Min(part.Length, _session.Options.StreamBuffer - _buffered));
            Keep(part.Slice(0, room), room);
            _isUnflushed = true;
            return room;
        }
    }

    /// <summary>Makes room for a datagram and writes its prefix; false where it must be dropped, because the reader is behind.</summary>
    public bool TryBeginDatagram(int length)
    {
        var total = DatagramPrefix.Size + length;
        lock (_receiveGate)
        {
            if (_receiveOver || _inputCompleted || _buffered + total > _session.Options.DatagramBuffer || !_session.Budget.TryTake(total))
            {
                return false;
            }

            DatagramPrefix.Write(_receive.Writer.GetSpan(DatagramPrefix.Size), length);
            _receive.Writer.Advance(DatagramPrefix.Size);
            Keep(ReadOnlySequence<byte>.Empty, total);
            return true;
        }
    }

    /// <summary>Takes a part of the datagram that was begun; the reader sees it when it is whole.</summary>
    public void ReceiveDatagram(in ReadOnlySequence<byte> part, bool isLast)
    {
        lock (_receiveGate)
        {
            if (_receiveOver || _inputCompleted)
            {
                return;
            }

            Keep(part, 0);
            _isUnflushed = isLast;
        }

        if (isLast)
        {
            FlushReceived();
        }
    }

    /// <summary>Shows the reader what arrived.</summary>
    public void FlushReceived()
    {
        lock (_receiveGate)
        {
            if (!_isUnflushed || _receiveOver || _inputCompleted)
            {
                return;
            }

            _isUnflushed = false;

            // The receive pipe has no threshold (the read loop counts), so this completes at once.
            var flush = _receive.Writer.FlushAsync();
            System.Diagnostics.Debug.Assert(flush.IsCompleted, "A receive pipe never pauses its writer.");
            flush.GetAwaiter().GetResult();
        }
    }

    /// <summary>The peer has ended its direction behind what was received; or, when it does so again, has forgotten the stream.</summary>
    public void ReceiveEnd()
    {
        bool isForgotten;
        lock (_receiveGate)
        {
            isForgotten = _receiveOver;
            _receiveOver = true;
            _receive.Writer.Complete();
        }

        if (isForgotten)
        {
            ReceiveForgotten();
            return;
        }

        End(ReceiveEnded);

        // An end that waited for this one may go now.
        _session.Schedule(this);
    }

    /// <summary>The peer wants neither direction any more.</summary>
    public void ReceiveError()
    {
        // A bridge whose target cannot be reached says no more than this, and says it first.
        var reason = _session.Role == CoolRole.Opener && !HadData
            ? new MuxStreamException(MuxErrorCode.ConnectFailed, "the peer ended the stream before it sent anything: most likely it could not reach the target")
            : new MuxStreamException(MuxErrorCode.Cancel, "the peer aborted the stream");
        Lose(reason);
    }

    public void OnConsumed(long bytes)
    {
        lock (_receiveGate)
        {
            Interlocked.Exchange(ref _lastProgress, _session.Now.Ticks);
            Interlocked.Add(ref _buffered, -bytes);
        }

        _session.Budget.Release(bytes);
        _session.OnRoom();
    }

    public void CompleteInput()
    {
        long left;
        lock (_receiveGate)
        {
            if (_inputCompleted)
            {
                return;
            }

            _inputCompleted = true;
            left = _buffered;
            Interlocked.Exchange(ref _buffered, 0);
            _receive.Writer.Complete();
        }

        _receive.Reader.Complete();
        _session.Budget.Release(left);
        _session.OnRoom();
        AbortIfUnwanted();
        ReleaseIfOver();

        // An end that waited for the peer's need not wait for what nobody reads.
        _session.Schedule(this);
    }

    private void Keep(in ReadOnlySequence<byte> part, long counted)
    {
        if (_buffered == 0 && counted > 0)
        {
            Interlocked.Exchange(ref _lastProgress, _session.Now.Ticks);
        }

        foreach (var segment in part)
        {
            _receive.Writer.Write(segment.Span);
        }

        Interlocked.Add(ref _buffered, counted);
    }
}
