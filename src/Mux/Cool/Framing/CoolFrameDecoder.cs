using System.Buffers;
using System.Buffers.Binary;

namespace Tunnel.Mux.Cool.Framing;

/// <summary>Turns the bytes of a peer into frames, however they are split. Holds no bytes itself. The layout is drawn at <see cref="CoolFrames"/>.</summary>
internal sealed class CoolFrameDecoder(ICoolFrameHandler handler)
{
    private const int LongestHead = CoolFrames.LengthSize + CoolFrames.MaxMetadata + CoolFrames.DataLengthSize;

    // What has not come yet of the data of the frame that began last.
    private int _dataRest;

    /// <summary>Handles all that can be handled and returns where the rest begins; give the rest again with more behind it.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="isBlocked">Whether the handler did not take what it was offered: then nothing more is needed to go on but its room.</param>
    /// <exception cref="MuxSessionException">The bytes break the protocol; there is no way to go on behind them.</exception>
    public SequencePosition Decode(ReadOnlySequence<byte> buffer, out bool isBlocked)
    {
        Span<byte> scratch = stackalloc byte[LongestHead];
        isBlocked = false;
        while (true)
        {
            if (_dataRest > 0)
            {
                if (buffer.IsEmpty)
                {
                    return buffer.Start;
                }

                var part = buffer.Slice(0, Math.Min(buffer.Length, _dataRest));
                var taken = handler.OnData(part, part.Length == _dataRest);
                _dataRest -= (int)taken;
                buffer = buffer.Slice(taken);
                if (taken < part.Length)
                {
                    isBlocked = true;
                    return buffer.Start;
                }

                continue;
            }

            if (!TryReadHead(buffer, scratch, out var frame, out var length))
            {
                return buffer.Start;
            }

            buffer = buffer.Slice(length);
            _dataRest = frame.DataLength;
            handler.OnFrame(frame);
        }
    }

    private static bool TryReadHead(in ReadOnlySequence<byte> buffer, Span<byte> scratch, out CoolFrame frame, out int length)
    {
        frame = default;
        length = 0;
        if (buffer.Length < CoolFrames.LengthSize)
        {
            return false;
        }

        var bytes = Peek(buffer, CoolFrames.LengthSize, scratch);
        var metadata = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (metadata is < CoolFrames.MinMetadata or > CoolFrames.MaxMetadata)
        {
            throw new MuxSessionException(MuxErrorCode.FrameSizeError, $"the peer sent a frame with {metadata} bytes of metadata");
        }

        if (buffer.Length < CoolFrames.EndSize)
        {
            return false;
        }

        // Garbage is refused at its first bytes, not when it happens to be as long as it says.
        bytes = Peek(buffer, CoolFrames.EndSize, scratch);
        var status = (FrameStatus)bytes[4];
        var options = (FrameOptions)bytes[5];
        Check(status, metadata);

        var hasData = (options & FrameOptions.Data) != FrameOptions.None;
        length = CoolFrames.LengthSize + metadata + (hasData ? CoolFrames.DataLengthSize : 0);
        if (buffer.Length < length)
        {
            return false;
        }

        bytes = Peek(buffer, length, scratch);
        frame = new CoolFrame(
            BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            status,
            options,
            status == FrameStatus.New ? ReadDestination(bytes[..(CoolFrames.LengthSize + metadata)]) : null,
            hasData ? BinaryPrimitives.ReadUInt16BigEndian(bytes[(CoolFrames.LengthSize + metadata)..]) : 0);
        return true;
    }

    private static void Check(FrameStatus status, int metadata)
    {
        if (status is < FrameStatus.New or > FrameStatus.KeepAlive)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent a frame of unknown status {(int)status}");
        }

        if (status == FrameStatus.New && metadata < CoolFrames.MinNewMetadata)
        {
            throw new MuxSessionException(MuxErrorCode.FrameSizeError, $"the peer opened a stream with {metadata} bytes of metadata");
        }
    }

    private static Destination ReadDestination(ReadOnlySpan<byte> frame)
    {
        var network = (Network)frame[CoolFrames.NetworkOffset];
        if (network is not (Network.Tcp or Network.Udp))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer opened a stream to unknown network {(int)network}");
        }

        return DestinationCodec.TryRead(frame[CoolFrames.AddressOffset..], network, out var destination, out _) == OperationStatus.Done
            ? destination!
            : throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer opened a stream to no valid destination");
    }

    /// <summary>The first bytes of a buffer, where they are if they are in one piece.</summary>
    private static ReadOnlySpan<byte> Peek(in ReadOnlySequence<byte> buffer, int count, Span<byte> scratch)
    {
        if (buffer.FirstSpan.Length >= count)
        {
            return buffer.FirstSpan[..count];
        }

        buffer.Slice(0, count).CopyTo(scratch);
        return scratch[..count];
    }
}
