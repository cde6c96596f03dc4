using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Cool;

/// <content>From the user to the peer.</content>
internal sealed partial class CoolStream
{
    // Guards the fields below, and every use of the send pipe's reader.
    private readonly Lock _sendGate = new();
    private bool _isOpened;
    private bool _isForgotten;
    private bool _sendOver;

    // What is left of a datagram that is too large to be sent.
    private int _datagramRestToDrop;

    private int _scheduled;

    public bool TryMarkScheduled() => Interlocked.Exchange(ref _scheduled, 1) == 0;

    public void ClearScheduled() => Volatile.Write(ref _scheduled, 0);

    public int WriteFrame(PipeWriter output, out bool hasMore)
    {
        bool isUnwanted;
        lock (_sendGate)
        {
            hasMore = false;
            if (_sendOver)
            {
                return 0;
            }

            if (!_isForgotten)
            {
                var written = WriteData(output, out var isEnd, out hasMore);
                if (!isEnd)
                {
                    return written;
                }
            }

            // Where nobody reads the answer, only an error makes the peer stop.
            isUnwanted = _inputCompleted && !IsReceiveOver;
            CoolFrames.WriteEnd(output.GetSpan(CoolFrames.EndSize), _id, isUnwanted);
            output.Advance(CoolFrames.EndSize);
            _sendOver = true;
            _send.Reader.Complete();
        }

        if (isUnwanted)
        {
            Lose(Unwanted());
        }
        else
        {
            End(SendEnded);
        }

        if (IsControl)
        {
            _session.OnControlSent(this);
        }

        return CoolFrames.EndSize;
    }

    /// <summary>The peer has forgotten the stream: what was not sent yet is dropped, and this direction ends in order.</summary>
    private void ReceiveForgotten()
    {
        lock (_sendGate)
        {
            if (_sendOver)
            {
                return;
            }

            // The writer learns it now, not when the connection has room for the End.
            _isForgotten = true;
            _send.Reader.Complete();
        }

        _session.Schedule(this);
    }

    /// <summary>Writes at most one frame of data, or the New frame; <paramref name="isEnd"/> where all is written and the End may go.</summary>
    private int WriteData(PipeWriter output, out bool isEnd, out bool hasMore)
    {
        isEnd = false;
        hasMore = false;
        if (!_send.Reader.TryRead(out var result))
        {
            return _isOpened ? 0 : WriteHead(output, 0);
        }

        var buffer = result.Buffer;
        var payload = IsDatagrams
            ? CutDatagram(ref buffer, result.IsCompleted)
            : CutBytes(ref buffer);
        var written = 0;
        if (!payload.IsEmpty || !_isOpened)
        {
            written = WriteHead(output, (int)payload.Length);
            foreach (var segment in payload)
            {
                output.Write(segment.Span);
            }

            written += (int)payload.Length;
            hasMore = !buffer.IsEmpty || result.IsCompleted;
        }
        else
        {
            isEnd = result.IsCompleted && MayEnd;
        }

        // Only what was consumed counts as examined, so that the rest keeps holding the writer back; but the beginning of a
        // datagram must not, or its end could never come.
        _send.Reader.AdvanceTo(buffer.Start, IsDatagrams && !hasMore ? buffer.End : buffer.Start);
        return written;
    }

    /// <summary>Whether a half-close may be told to the peer: see <see cref="CoolOptions.DelayEndUntilResponseEnds"/>.</summary>
    private bool MayEnd =>
        IsDatagrams || _session.Role == CoolRole.Responder || !_session.Options.DelayEndUntilResponseEnds || _session.PeerPassesHalfCloses || _inputCompleted || IsReceiveOver;

    private int WriteHead(PipeWriter output, int dataLength)
    {
        var size = CoolFrames.KeepSize;
        if (_isOpened)
        {
            CoolFrames.WriteKeep(output.GetSpan(size), _id, dataLength);
        }
        else
        {
            size = CoolFrames.WriteNew(output.GetSpan(CoolFrames.MaxNewSize), _id, Metadata.Destination, dataLength);
            _isOpened = true;
        }

        output.Advance(size);
        return size;
    }

    private ReadOnlySequence<byte> CutBytes(ref ReadOnlySequence<byte> buffer)
    {
        var payload = buffer.Slice(0, Math.Min(buffer.Length, _session.Options.MaxDataPayload));
        buffer = buffer.Slice(payload.End);
        return payload;
    }

    /// <summary>Cuts the next datagram that can be sent; those that cannot are dropped on the way.</summary>
    private ReadOnlySequence<byte> CutDatagram(ref ReadOnlySequence<byte> buffer, bool isCompleted)
    {
        while (true)
        {
            if (_datagramRestToDrop > 0)
            {
                var dropped = Math.Min(buffer.Length, _datagramRestToDrop);
                _datagramRestToDrop -= (int)dropped;
                buffer = buffer.Slice(dropped);
            }

            if (!DatagramPrefix.TryReadLength(buffer, out var length))
            {
                break;
            }

            // The dialect has no frame for an empty datagram: one without data means nothing.
            if (length == 0 || length > _session.Options.MaxDatagram)
            {
                _session.CountDatagramNotSent();
                _datagramRestToDrop = DatagramPrefix.Size + length;
                continue;
            }

            if (DatagramPrefix.TryRead(ref buffer, out var datagram))
            {
                return datagram;
            }

            break;
        }

        if (isCompleted && !buffer.IsEmpty)
        {
            // A writer that leaves in the middle of a datagram.
            _session.CountDatagramNotSent();
            buffer = buffer.Slice(buffer.End);
        }

        return ReadOnlySequence<byte>.Empty;
    }
}
