using System.Buffers;
using Google.Protobuf;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Native.Wire;

namespace Tunnel.Mux.Native;

/// <summary>
/// Control frames that wait for the output loop, already encoded. Bounded: a peer that makes us answer faster than it reads
/// must not make us remember without end.
/// </summary>
internal sealed class ControlLane(int limit)
{
    private const int InitialCapacity = 512;

    // A lane that grew in a burst does not stay large for ever.
    private const int BufferToKeep = 32 * 1024;

    // Guards _buffer and writes of _length.
    private readonly Lock _gate = new();
    private byte[] _buffer = new byte[InitialCapacity];
    private volatile int _length;

    public bool IsEmpty => _length == 0;

    /// <summary>Whether new streams still fit: they may fill half of the lane, the other half is for the frames of those that exist.</summary>
    public bool HasRoomForOpen => _length < limit / 2;

    public bool TryWindow(uint streamId, uint bytes, FrameFlags flags = FrameFlags.None)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.WindowPayload];
        return TryAppend(frame[..ControlFrames.WriteWindow(frame, streamId, bytes, flags)]);
    }

    public bool TryPing(ulong opaque, FrameFlags flags)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.PingPayload];
        return TryAppend(frame[..ControlFrames.WritePing(frame, opaque, flags)]);
    }

    public bool TryReset(uint streamId, MuxErrorCode code, string? text)
    {
        // Thousands of streams may be reset at once on this side; their texts must not fill the lane.
        var textThatFits = _length < limit / 2 ? text : null;
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.ResetPayload + ControlFrames.MaxTextBytes];
        return TryAppend(frame[..ControlFrames.WriteReset(frame, streamId, code, textThatFits)]);
    }

    public bool TryGoAway(uint lastStreamId, MuxErrorCode code, string? text)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.GoAwayPayload + ControlFrames.MaxTextBytes];
        return TryAppend(frame[..ControlFrames.WriteGoAway(frame, lastStreamId, code, text)]);
    }

    public bool TryStop(uint streamId)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size];
        new FrameHeader(0, FrameType.Stop, FrameFlags.None, streamId).Write(frame);
        return TryAppend(frame);
    }

    public bool TryOpen(uint streamId, StreamOpen open)
    {
        var size = open.CalculateSize();
        Span<byte> frame = stackalloc byte[FrameHeader.Size + size];
        new FrameHeader(size, FrameType.Open, FrameFlags.None, streamId).Write(frame);
        open.WriteTo(frame[FrameHeader.Size..]);
        return TryAppend(frame);
    }

    /// <summary>Moves all waiting frames to <paramref name="output"/> without flushing; returns their bytes.</summary>
    public int DrainTo(IBufferWriter<byte> output)
    {
        if (IsEmpty)
        {
            return 0;
        }

        lock (_gate)
        {
            var length = _length;
            output.Write(_buffer.AsSpan(0, length));
            _length = 0;
            if (_buffer.Length > BufferToKeep)
            {
                _buffer = new byte[InitialCapacity];
            }

            return length;
        }
    }

    private bool TryAppend(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            var needed = _length + frame.Length;
            if (needed > limit)
            {
                return false;
            }

            if (needed > _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(needed, Math.Min(_buffer.Length * 2, limit)));
            }

            frame.CopyTo(_buffer.AsSpan(_length));
            _length = needed;
            return true;
        }
    }
}
