using System.Buffers.Binary;
using Tunnel.Mux.Buffers;

namespace Tunnel.Mux.Framing;

/// <summary>The eight bytes in front of every frame's payload, one big-endian 64-bit word.</summary>
/// <remarks>
/// <code>
///  63            40 39  36 35   32 31             0
/// +----------------+------+-------+----------------+
/// |   Length (24)  | Type | Flags | Stream id (32) |
/// +----------------+------+-------+----------------+
/// </code>
/// Length counts the payload only. Stream 0 is the session; the dialler's streams are odd, the acceptor's even.
/// </remarks>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, uint StreamId)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    /// <summary>The longest payload that a receiver takes.</summary>
    public const int MaxAcceptedPayload = 64 * 1024;

    /// <summary>
    /// The longest payload that a sender produces: with its header, and what goes before it, one block and one TLS record; a fair
    /// turn among streams.
    /// </summary>
    public const int MaxSentPayload = BlockPool.BlockSize - BlockPool.HeadRoom - Size;

    /// <summary>Writes the header into the first eight bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(
            destination,
            ((ulong)(uint)Length << 40) | ((ulong)((uint)Type & 0xF) << 36) | ((ulong)((uint)Flags & 0xF) << 32) | StreamId);

    /// <summary>Reads any eight bytes; whether they make sense is for the caller to judge.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        var word = BinaryPrimitives.ReadUInt64BigEndian(source);
        return new FrameHeader((int)(word >> 40), (FrameType)((word >> 36) & 0xF), (FrameFlags)((word >> 32) & 0xF), (uint)word);
    }
}
