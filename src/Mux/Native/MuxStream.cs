using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Flow;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Output;
using Tunnel.Mux.Streams;

namespace Tunnel.Mux.Native;

/// <summary>One stream of a native session: two pipes, a credit in each direction, and who has ended what.</summary>
/// <remarks>
/// Three parties touch it. The session's read loop calls the <c>Receive…</c> members, its output loop <see cref="WriteFrame"/>,
/// and the user the reader and the writer. <see cref="_receiveGate"/> and <see cref="_sendGate"/> guard the two directions;
/// neither is held while the other is taken, nor across an await.
/// </remarks>
internal sealed class MuxStream : IMuxStream, IStreamOwner, IFrameSource
{
    private const int SendEnded = 1;
    private const int ReceiveEnded = 2;
    private const int BothEnded = SendEnded | ReceiveEnded;

    private readonly MuxSession _session;
    private readonly uint _id;
    private readonly Pipe _receive;
    private readonly Pipe _send;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards _window, _receiveOver and _unflushed, and every use of the receive pipe's writer.
    private readonly Lock _receiveGate = new();
    private readonly ReceiveWindow _window;
    private bool _receiveOver;
    private bool _inputCompleted;
    private bool _unflushed;

    // Guards _sendCredit, _sendOver and _stopReceived, and every use of the send pipe's reader.
    private readonly Lock _sendGate = new();
    private readonly long _sendBuffer;
    private long _sendCredit;
    private bool _sendOver;
    private bool _stopReceived;

    private int _scheduled;
    private int _ended;
    private int _windowReleased;

    public MuxStream(MuxSession session, uint id, StreamMetadata metadata, int receiveWindow, long sendCredit, PipeOptions send)
    {
        _session = session;
        _id = id;
        Metadata = metadata;
        _window = new ReceiveWindow(receiveWindow, session.Options.MaxWindow, session.Now);
        _sendCredit = sendCredit;
        _receive = new Pipe(session.ReceivePipeOptions);
        _send = new Pipe(send);
        _sendBuffer = send.PauseWriterThreshold;
        Input = new StreamPipeReader(this, _receive.Reader);
        Output = new StreamPipeWriter(this, _send.Writer);
    }

    public long Id => _id;

    public StreamMetadata Metadata { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public Task Closed => _closed.Task;

    /// <summary>Whether the read loop has put this stream on its list of streams to flush; only the read loop uses it.</summary>
    public bool IsTouched { get; set; }

    public void Abort(MuxErrorCode code, string? reason = null)
    {
        if (TryEndBoth(new MuxStreamException(code, reason ?? "the stream was aborted on this side")))
        {
            // Before the session forgets the stream: what it sends next may count on the peer having forgotten it too.
            _session.SendReset(_id, code, reason);
            OnClosed();
        }
    }

    // ---- The user's side -------------------------------------------------------------------------------------------

    public void OnFlushed() => _session.Schedule(this);

    public void OnReaderStarved()
    {
        lock (_receiveGate)
        {
            _window.MarkStarved();
        }
    }

    public void OnConsumed(long bytes)
    {
        var grant = 0;
        lock (_receiveGate)
        {
            if (_window.Consume(bytes) && !_receiveOver)
            {
                grant = _window.TakeGrant(_session.Now, _session.RoundTripTime, _session.Budget);
            }
        }

        if (grant > 0)
        {
            _session.SendWindow(_id, (uint)grant);
        }
    }

    public void CompleteInput()
    {
        bool stop;
        lock (_receiveGate)
        {
            if (_inputCompleted)
            {
                return;
            }

            _inputCompleted = true;
            stop = !_receiveOver;
            _receive.Writer.Complete();
        }

        _receive.Reader.Complete();
        if (stop)
        {
            _session.SendStop(_id);
        }

        ReleaseWindowIfOver();
    }

    // ---- The read loop's side --------------------------------------------------------------------------------------

    /// <summary>Takes bytes that arrived.</summary>
    /// <exception cref="MuxSessionException">The peer had no credit for them, or had ended its direction.</exception>
    public void Receive(in ReadOnlySequence<byte> part)
    {
        lock (_receiveGate)
        {
            if (!_window.TryReceive(part.Length))
            {
                throw new MuxSessionException(MuxErrorCode.FlowControlError, $"the peer sent more than its credit on stream {_id}");
            }

            if (IsReceiveOver() || _inputCompleted)
            {
                return;
            }

            foreach (var segment in part)
            {
                _receive.Writer.Write(segment.Span);
            }

            _unflushed = true;
        }
    }

    /// <summary>The peer has ended its direction, behind what was received.</summary>
    /// <exception cref="MuxSessionException">It had done so before.</exception>
    public void ReceiveFin()
    {
        lock (_receiveGate)
        {
            if (IsReceiveOver())
            {
                return;
            }

            _receiveOver = true;
            _receive.Writer.Complete();
        }

        ReleaseWindowIfOver();
        End(ReceiveEnded);
    }

    /// <summary>Shows the reader what arrived.</summary>
    public void FlushReceived()
    {
        lock (_receiveGate)
        {
            if (!_unflushed || _receiveOver || _inputCompleted)
            {
                return;
            }

            _unflushed = false;

            // The receive pipe has no threshold (the credit bounds it), so this completes at once.
            var flush = _receive.Writer.FlushAsync();
            System.Diagnostics.Debug.Assert(flush.IsCompleted, "A receive pipe never pauses its writer.");
            flush.GetAwaiter().GetResult();
        }
    }

    /// <summary>The peer will not read more: what was not sent yet is dropped, and this direction ends in order.</summary>
    public void ReceiveStop()
    {
        lock (_sendGate)
        {
            if (_sendOver)
            {
                return;
            }

            // The writer learns it now, not when the connection has room for the FIN.
            _stopReceived = true;
            _send.Reader.Complete();
        }

        _session.Schedule(this);
    }

    /// <summary>The peer has reset the stream.</summary>
    public void ReceiveReset(MuxErrorCode code, string reason) =>
        Lose(new MuxStreamException(code, reason.Length == 0 ? $"the peer reset the stream ({code})" : reason));

    /// <summary>The peer returned credit.</summary>
    /// <exception cref="MuxSessionException">The sum is more than any window.</exception>
    public void AddCredit(long bytes)
    {
        lock (_sendGate)
        {
            _sendCredit += bytes;
            if (_sendCredit > int.MaxValue)
            {
                throw new MuxSessionException(MuxErrorCode.FlowControlError, $"the peer gave stream {_id} more credit than a window can hold");
            }
        }

        _session.Schedule(this);
    }

    // ---- The session's side ----------------------------------------------------------------------------------------

    /// <summary>The stream is dead and the peer knows, or is gone.</summary>
    public void Lose(MuxStreamException reason)
    {
        if (TryEndBoth(reason))
        {
            OnClosed();
        }
    }

    // ---- The output loop's side ------------------------------------------------------------------------------------

    public bool TryMarkScheduled() => Interlocked.Exchange(ref _scheduled, 1) == 0;

    public void ClearScheduled() => Volatile.Write(ref _scheduled, 0);

    /// <summary>Writes at most one frame, without flushing; returns its bytes on the wire, 0 where there is nothing to send now.</summary>
    public int WriteFrame(PipeWriter output, out bool hasMore)
    {
        int written;
        bool fin;
        lock (_sendGate)
        {
            hasMore = false;
            if (_sendOver)
            {
                return 0;
            }

            if (_stopReceived)
            {
                fin = true;
                new FrameHeader(0, FrameType.Data, FrameFlags.Fin, _id).Write(output.GetSpan(FrameHeader.Size));
                output.Advance(FrameHeader.Size);
                written = FrameHeader.Size;
            }
            else
            {
                written = WriteData(output, out fin, out hasMore);
            }

            if (fin)
            {
                _sendOver = true;
                _send.Reader.Complete();
            }
        }

        if (fin)
        {
            End(SendEnded);
        }

        return written;
    }

    private int WriteData(PipeWriter output, out bool fin, out bool hasMore)
    {
        fin = false;
        hasMore = false;
        if (!_send.Reader.TryRead(out var result))
        {
            return 0;
        }

        var buffer = result.Buffer;
        var length = (int)Math.Min(Math.Min(buffer.Length, _sendCredit), FrameHeader.MaxSentPayload);
        fin = result.IsCompleted && length == buffer.Length;
        if (length == 0 && !fin)
        {
            _send.Reader.AdvanceTo(buffer.Start);
            return 0;
        }

        // In one piece, so that a block, and a TLS record, ends where the frame does.
        var payload = buffer.Slice(0, length);
        var frame = output.GetSpan(FrameHeader.Size + length);
        new FrameHeader(length, FrameType.Data, fin ? FrameFlags.Fin : FrameFlags.None, _id).Write(frame);
        payload.CopyTo(frame[FrameHeader.Size..]);
        output.Advance(FrameHeader.Size + length);

        // Only what was consumed counts as examined: the rest keeps holding the writer back.
        _send.Reader.AdvanceTo(payload.End);
        _sendCredit -= length;
        hasMore = !fin && _sendCredit > 0 && buffer.Length > length;
        return FrameHeader.Size + length;
    }

    private void End(int direction)
    {
        var before = Interlocked.Or(ref _ended, direction);
        if (before != BothEnded && (before | direction) == BothEnded)
        {
            OnClosed();
        }
    }

    /// <summary>Ends what has not ended; false where all had. <see cref="OnClosed"/> is left to the caller.</summary>
    private bool TryEndBoth(MuxStreamException reason)
    {
        if (Interlocked.Or(ref _ended, BothEnded) == BothEnded)
        {
            return false;
        }

        lock (_sendGate)
        {
            _sendOver = true;
            _send.Reader.Complete(reason);
        }

        lock (_receiveGate)
        {
            _receiveOver = true;
            _receive.Writer.Complete(reason);
        }

        return true;
    }

    private void OnClosed()
    {
        ReleaseWindowIfOver();
        _session.OnStreamClosed(this, _sendBuffer);
        _closed.TrySetResult();
    }

    /// <summary>The window's share of the budget is free when nothing more arrives and nothing waits to be read.</summary>
    private void ReleaseWindowIfOver()
    {
        long window;
        lock (_receiveGate)
        {
            if (!_receiveOver || !_inputCompleted || _windowReleased != 0)
            {
                return;
            }

            _windowReleased = 1;
            window = _window.Size;
        }

        _session.OnWindowReleased(_id, window);
    }

    /// <summary>Whether data has come behind the end, under the gate: not to be kept where the end was ours to set.</summary>
    private bool IsReceiveOver()
    {
        if (_receiveOver && (Volatile.Read(ref _ended) & BothEnded) != BothEnded)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent data behind the end of stream {_id}");
        }

        return _receiveOver;
    }
}
