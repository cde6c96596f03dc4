using System.Buffers;
using System.Buffers.Binary;

namespace Tunnel.Mux.Cool;

/// <summary>Turns the bytes of a peer into frames, however they are split. Holds no bytes itself.</summary>
internal sealed class CoolDecoder(ICoolFrameHandler handler)
{
    private int _dataRest;

    /// <summary>Handles all that can be handled and returns where the rest begins; give the rest again with more behind it.</summary>
    /// <exception cref="MuxSessionException">The bytes break the protocol.</exception>
    public SequencePosition Decode(ReadOnlySequence<byte> buffer)
    {
        Span<byte> scratch = stackalloc byte[CoolFrame.MaxMetadata];
        while (!buffer.IsEmpty)
        {
            if (_dataRest > 0)
            {
                var length = (int)Math.Min(buffer.Length, _dataRest);
                _dataRest -= length;
                handler.OnData(buffer.Slice(0, length));
                buffer = buffer.Slice(length);
                continue;
            }

            if (!TryReadUInt16(buffer, 0, out var size))
            {
                break;
            }

            if (size is < CoolFrame.MinMetadata or > CoolFrame.MaxMetadata)
            {
                throw new MuxSessionException(MuxErrorCode.FrameSizeError, $"the peer sent a frame with {size} bytes of metadata");
            }

            if (buffer.Length < CoolFrame.LengthSize + size)
            {
                break;
            }

            buffer.Slice(CoolFrame.LengthSize, size).CopyTo(scratch);
            var metadata = CoolFrame.ReadMetadata(scratch[..size]);
            var consumed = CoolFrame.LengthSize + size;
            var data = -1;
            if (metadata.Option.HasFlag(CoolOption.Data))
            {
                if (!TryReadUInt16(buffer, consumed, out data))
                {
                    break;
                }

                consumed += CoolFrame.LengthSize;
            }

            handler.OnFrame(metadata, data);
            _dataRest = Math.Max(data, 0);
            buffer = buffer.Slice(consumed);
        }

        return buffer.Start;
    }

    private static bool TryReadUInt16(in ReadOnlySequence<byte> buffer, int offset, out int value)
    {
        value = 0;
        if (buffer.Length < offset + CoolFrame.LengthSize)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[CoolFrame.LengthSize];
        buffer.Slice(offset, CoolFrame.LengthSize).CopyTo(bytes);
        value = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return true;
    }
}
