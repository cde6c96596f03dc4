using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using Tunnel.Mux.Output;
using Tunnel.Mux.Streams;

namespace Tunnel.Mux.Cool;

/// <summary>One stream of a Mux.Cool session. A datagram is prefixed by its length, two bytes big-endian, on both of its pipes.</summary>
/// <remarks>
/// <see cref="_receiveGate"/> and <see cref="_sendGate"/> guard the two directions; neither is held while the other is taken,
/// nor across an await.
/// </remarks>
internal sealed class CoolStream : IMuxStream, IStreamOwner, IFrameSource
{
    private const int SendEnded = 1;
    private const int ReceiveEnded = 2;
    private const int BothEnded = SendEnded | ReceiveEnded;
    private const int DatagramPrefix = 2;

    private readonly CoolSession _session;
    private readonly ushort _id;
    private readonly bool _isDatagram;
    private readonly Pipe _receive;
    private readonly Pipe _send;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below and every use of the receive pipe's writer.
    private readonly Lock _receiveGate = new();
    private bool _receiveOver;
    private bool _inputCompleted;
    private bool _unflushed;
    private long _unread;
    private TaskCompletionSource? _roomWanted;

    // Guards _sendOver and every use of the send pipe's reader.
    private readonly Lock _sendGate = new();
    private bool _sendOver;

    private int _scheduled;
    private int _ended;

    public CoolStream(CoolSession session, ushort id, StreamMetadata metadata)
    {
        _session = session;
        _id = id;
        _isDatagram = metadata.Destination.Network == Network.Udp;
        Metadata = metadata;
        _receive = new Pipe(session.ReceivePipeOptions);
        _send = new Pipe(session.SendPipeOptions);
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

    /// <summary>Whether the session's own heartbeats travel on it; not counted as a stream.</summary>
    public bool IsControl { get; init; }

    /// <summary>Whether the peer has ended its side.</summary>
    public bool PeerEnded => (Volatile.Read(ref _ended) & ReceiveEnded) != 0;

    /// <summary>Bytes that wait for the reader.</summary>
    public long Unread
    {
        get
        {
            lock (_receiveGate)
            {
                return _unread;
            }
        }
    }

    public void Abort(MuxErrorCode code, string? reason = null)
    {
        if (TryEndBoth(new MuxStreamException(code, reason ?? "the stream was aborted on this side")))
        {
            _session.SendEnd(_id, error: true);
            OnClosed();
        }
    }

    // ---- The user's side -------------------------------------------------------------------------------------------

    public void OnFlushed() => _session.Schedule(this);

    public void OnReaderStarved()
    {
        // The dialect has no windows that could grow.
    }

    public void OnConsumed(long bytes)
    {
        TaskCompletionSource? wanted;
        lock (_receiveGate)
        {
            // An abort has counted the rest as taken.
            bytes = Math.Min(bytes, _unread);
            _unread -= bytes;
            wanted = _roomWanted;
            _roomWanted = null;
        }

        _session.OnConsumed(bytes);
        wanted?.TrySetResult();
    }

    public void CompleteInput()
    {
        long dropped;
        TaskCompletionSource? wanted;
        lock (_receiveGate)
        {
            if (_inputCompleted)
            {
                return;
            }

            _inputCompleted = true;
            dropped = _unread;
            _unread = 0;
            wanted = _roomWanted;
            _receive.Writer.Complete();
        }

        _receive.Reader.Complete();
        _session.OnConsumed(dropped);
        wanted?.TrySetResult();

        // The dialect cannot say "stop"; what still comes is dropped. A stream that has sent all it had is over with that.
        if ((Volatile.Read(ref _ended) & SendEnded) != 0 && TryEndBoth(new MuxStreamException(MuxErrorCode.Cancel, "nobody reads the stream")))
        {
            _session.SendEnd(_id, error: true);
            OnClosed();
        }
    }

    // ---- The read loop's side --------------------------------------------------------------------------------------

    /// <summary>A frame's data begins. False where a datagram is dropped because its reader is behind: it does not hold up others.</summary>
    public bool BeginData(int length)
    {
        if (!_isDatagram)
        {
            return true;
        }

        lock (_receiveGate)
        {
            if (_receiveOver || _inputCompleted || _unread + length + DatagramPrefix > _session.Options.StreamBuffer)
            {
                return false;
            }

            BinaryPrimitives.WriteUInt16BigEndian(_receive.Writer.GetSpan(DatagramPrefix), (ushort)length);
            _receive.Writer.Advance(DatagramPrefix);
            _unread += DatagramPrefix;
            _unflushed = true;
        }

        _session.OnBuffered(DatagramPrefix);
        return true;
    }

    /// <summary>Takes bytes that arrived.</summary>
    public void Receive(in ReadOnlySequence<byte> part)
    {
        lock (_receiveGate)
        {
            if (_receiveOver || _inputCompleted)
            {
                return;
            }

            foreach (var segment in part)
            {
                _receive.Writer.Write(segment.Span);
            }

            _unread += part.Length;
            _unflushed = true;
        }

        _session.OnBuffered(part.Length);
    }

    /// <summary>Shows the reader what arrived.</summary>
    public void FlushReceived()
    {
        lock (_receiveGate)
        {
            if (_unflushed && !_receiveOver && !_inputCompleted)
            {
                // The receive pipe has no threshold (the session bounds it), so this completes at once.
                var flush = _receive.Writer.FlushAsync();
                Debug.Assert(flush.IsCompleted, "A receive pipe never pauses its writer.");
                flush.GetAwaiter().GetResult();
            }

            _unflushed = false;
        }
    }

    /// <summary>Completes when the reader has taken something; at once where it waits for nothing.</summary>
    public Task WhenConsumedAsync()
    {
        lock (_receiveGate)
        {
            return _unread == 0 ? Task.CompletedTask : (_roomWanted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The peer has ended its side; true where it had done so before and now wants nothing more of this side either.</summary>
    public bool ReceiveEnd()
    {
        bool again;
        lock (_receiveGate)
        {
            again = _receiveOver;
            _receiveOver = true;
            _receive.Writer.Complete();
        }

        End(ReceiveEnded);
        return again;
    }

    /// <summary>The peer takes no more bytes: what was not sent is dropped, in order.</summary>
    public void StopSending()
    {
        lock (_sendGate)
        {
            if (_sendOver)
            {
                return;
            }

            _sendOver = true;
            _send.Reader.Complete();
        }

        End(SendEnded);
    }

    /// <summary>The peer or the session has failed; nobody is told.</summary>
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

    public int WriteFrame(PipeWriter output, out bool hasMore)
    {
        int written;
        var over = false;
        lock (_sendGate)
        {
            hasMore = false;
            if (_sendOver || !_send.Reader.TryRead(out var result))
            {
                return 0;
            }

            var buffer = result.Buffer;
            written = _isDatagram ? WriteDatagram(output, ref buffer) : WriteData(output, ref buffer);
            if (written == 0 && result.IsCompleted)
            {
                // What is left is the beginning of a datagram whose writer gave up.
                buffer = buffer.Slice(buffer.End);
            }

            _send.Reader.AdvanceTo(buffer.Start);
            if (buffer.IsEmpty && result.IsCompleted)
            {
                if (!_session.MayEnd(this))
                {
                    // The end waits until the peer's has come; the session schedules this stream again then.
                    return written;
                }

                written += WriteEnd(output);
                over = _sendOver = true;
                _send.Reader.Complete();
            }
            else
            {
                hasMore = !buffer.IsEmpty && written > 0;
            }
        }

        if (over)
        {
            End(SendEnded);
        }

        return written;
    }

    private int WriteData(PipeWriter output, ref ReadOnlySequence<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, _session.Options.MaxDataPayload);
        if (length == 0)
        {
            return 0;
        }

        WritePayload(output, buffer.Slice(0, length));
        buffer = buffer.Slice(length);
        return CoolFrame.KeepHeader + length;
    }

    private int WriteDatagram(PipeWriter output, ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[DatagramPrefix];
        while (buffer.Length >= DatagramPrefix)
        {
            buffer.Slice(0, DatagramPrefix).CopyTo(prefix);
            var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
            if (buffer.Length < DatagramPrefix + length)
            {
                break;
            }

            var payload = buffer.Slice(DatagramPrefix, length);
            buffer = buffer.Slice(DatagramPrefix + length);
            if (length <= _session.Options.MaxDatagram)
            {
                WritePayload(output, payload);
                return CoolFrame.KeepHeader + length;
            }

            _session.OnDatagramDropped();
        }

        return 0;
    }

    private void WritePayload(PipeWriter output, in ReadOnlySequence<byte> payload)
    {
        output.Advance(CoolFrame.WriteKeepHeader(output.GetSpan(CoolFrame.KeepHeader), _id, (int)payload.Length));
        foreach (var segment in payload)
        {
            output.Write(segment.Span);
        }
    }

    private int WriteEnd(PipeWriter output)
    {
        output.Advance(CoolFrame.WriteEnd(output.GetSpan(CoolFrame.EndSize), _id, error: false));
        return CoolFrame.EndSize;
    }

    private void End(int direction)
    {
        var before = Interlocked.Or(ref _ended, direction);
        if (before != BothEnded && (before | direction) == BothEnded)
        {
            OnClosed();
        }
    }

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

        long dropped;
        TaskCompletionSource? wanted;
        lock (_receiveGate)
        {
            _receiveOver = true;
            dropped = _unread;
            _unread = 0;
            wanted = _roomWanted;
            _receive.Writer.Complete(reason);
        }

        _session.OnConsumed(dropped);
        wanted?.TrySetResult();
        return true;
    }

    private void OnClosed()
    {
        _session.OnStreamClosed(this);
        _closed.TrySetResult();
    }
}
