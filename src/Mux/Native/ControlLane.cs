using Google.Protobuf;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Native.Wire;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Native;

/// <summary>Queues the control frames of <c>tunnel/1</c>; each method is false where the lane is full.</summary>
internal sealed class ControlLane(FrameLane lane)
{
    /// <summary>Whether new streams still fit.</summary>
    public bool HasRoomForOpen => lane.IsHalfEmpty;

    public bool TryWindow(uint streamId, uint bytes, FrameFlags flags = FrameFlags.None)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.WindowPayload];
        return lane.TryAppend(frame[..ControlFrames.WriteWindow(frame, streamId, bytes, flags)]);
    }

    public bool TryPing(ulong opaque, FrameFlags flags)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.PingPayload];
        return lane.TryAppend(frame[..ControlFrames.WritePing(frame, opaque, flags)]);
    }

    public bool TryReset(uint streamId, MuxErrorCode code, string? text)
    {
        // Thousands of streams may be reset at once on this side; their texts must not fill the lane.
        var textThatFits = lane.IsHalfEmpty ? text : null;
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.ResetPayload + ControlFrames.MaxTextBytes];
        return lane.TryAppend(frame[..ControlFrames.WriteReset(frame, streamId, code, textThatFits)]);
    }

    public bool TryGoAway(uint lastStreamId, MuxErrorCode code, string? text)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size + ControlFrames.GoAwayPayload + ControlFrames.MaxTextBytes];
        return lane.TryAppend(frame[..ControlFrames.WriteGoAway(frame, lastStreamId, code, text)]);
    }

    public bool TryStop(uint streamId)
    {
        Span<byte> frame = stackalloc byte[FrameHeader.Size];
        new FrameHeader(0, FrameType.Stop, FrameFlags.None, streamId).Write(frame);
        return lane.TryAppend(frame);
    }

    public bool TryOpen(uint streamId, StreamOpen open)
    {
        var size = open.CalculateSize();
        Span<byte> frame = stackalloc byte[FrameHeader.Size + size];
        new FrameHeader(size, FrameType.Open, FrameFlags.None, streamId).Write(frame);
        open.WriteTo(frame[FrameHeader.Size..]);
        return lane.TryAppend(frame);
    }
}
