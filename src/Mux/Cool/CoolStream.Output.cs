using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Tunnel.Mux.Cool;

/// <content>A stream as the output loop sees it.</content>
internal sealed partial class CoolStream
{
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
}
