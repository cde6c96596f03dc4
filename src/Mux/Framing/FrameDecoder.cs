using System.Buffers;

namespace Tunnel.Mux.Framing;

/// <summary>Turns the bytes of a peer into frames, however they are split. Holds no bytes itself.</summary>
internal sealed class FrameDecoder(IFrameHandler handler)
{
    private bool _prefaceSeen;

    // The data frame whose payload is being passed on.
    private uint _dataStream;
    private int _dataRest;
    private bool _dataFin;

    /// <summary>Handles all that can be handled and returns where the rest begins; give the rest again with more behind it.</summary>
    /// <exception cref="MuxSessionException">The bytes break the protocol.</exception>
    public SequencePosition Decode(ReadOnlySequence<byte> buffer)
    {
        Span<byte> scratch = stackalloc byte[Preface.Size];
        if (!_prefaceSeen)
        {
            if (buffer.Length < Preface.Size)
            {
                RefuseWrongBeginning(buffer, scratch);
                return buffer.Start;
            }

            buffer.Slice(0, Preface.Size).CopyTo(scratch);
            handler.OnPreface(Preface.Read(scratch));
            _prefaceSeen = true;
            buffer = buffer.Slice(Preface.Size);
        }

        while (true)
        {
            if (_dataRest > 0)
            {
                if (buffer.IsEmpty)
                {
                    return buffer.Start;
                }

                buffer = PassData(buffer);
                continue;
            }

            if (buffer.Length < FrameHeader.Size)
            {
                return buffer.Start;
            }

            var header = ReadHeader(buffer, scratch);
            Check(header);
            if (header.Type == FrameType.Data)
            {
                buffer = buffer.Slice(FrameHeader.Size);
                _dataStream = header.StreamId;
                _dataRest = header.Length;
                _dataFin = header.Flags.HasFlag(FrameFlags.Fin);
                if (header.Length == 0)
                {
                    handler.OnData(header.StreamId, ReadOnlySequence<byte>.Empty, _dataFin);
                }

                continue;
            }

            if (buffer.Length < FrameHeader.Size + header.Length)
            {
                return buffer.Start;
            }

            handler.OnControl(header, buffer.Slice(FrameHeader.Size, header.Length));
            buffer = buffer.Slice(FrameHeader.Size + header.Length);
        }
    }

    private ReadOnlySequence<byte> PassData(in ReadOnlySequence<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, _dataRest);
        _dataRest -= length;
        handler.OnData(_dataStream, buffer.Slice(0, length), _dataFin && _dataRest == 0);
        return buffer.Slice(length);
    }

    private static FrameHeader ReadHeader(in ReadOnlySequence<byte> buffer, Span<byte> scratch)
    {
        var first = buffer.FirstSpan;
        if (first.Length >= FrameHeader.Size)
        {
            return FrameHeader.Read(first);
        }

        buffer.Slice(0, FrameHeader.Size).CopyTo(scratch);
        return FrameHeader.Read(scratch);
    }

    private static void Check(FrameHeader header)
    {
        if (header.Type > FrameType.Stop)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent a frame of unknown type {(int)header.Type}");
        }

        if (header.Length > ControlFrames.MaxPayload(header.Type) || header.Length < ControlFrames.MinPayload(header.Type))
        {
            throw new MuxSessionException(MuxErrorCode.FrameSizeError, $"the peer sent a {header.Type} frame of {header.Length} bytes");
        }

        var ofSession = header.Type is FrameType.Ping or FrameType.GoAway;
        if (header.Type != FrameType.Window && ofSession != (header.StreamId == 0))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent a {header.Type} frame on stream {header.StreamId}");
        }
    }

    /// <summary>Something that cannot become a preface is refused at its first bytes, not when it happens to be long enough.</summary>
    private static void RefuseWrongBeginning(in ReadOnlySequence<byte> buffer, Span<byte> scratch)
    {
        Span<byte> expected = stackalloc byte[Preface.Size];
        new Preface(MuxOptions.SmallestWindow, 0).Write(expected);
        var length = (int)Math.Min(buffer.Length, 7);
        buffer.Slice(0, length).CopyTo(scratch);
        if (!scratch[..length].SequenceEqual(expected[..length]))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer does not speak tunnel/1: its first bytes are something else");
        }
    }
}
