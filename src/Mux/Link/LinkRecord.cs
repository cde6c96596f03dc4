using System.Buffers.Binary;

namespace Tunnel.Mux.Link;

/// <summary>The header of a record on a link's connection.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      1    type: 1 DATA, 2 ACK, 3 END, 4 PROBE
/// 1      3    length of what follows, big endian
/// </code>
/// DATA is followed by bytes of the session, and ends where a frame ends. ACK is followed by the number of bytes of the session
/// that its sender has taken since the session began (8 bytes, big endian). END says that nothing more will come, on this
/// connection or another. PROBE asks for an ACK at once. See docs/protocol.md.
/// </remarks>
internal readonly record struct LinkRecord(LinkRecordType Type, int Length)
{
    /// <summary>The bytes of a header: they fit in the room that a frame leaves in its block.</summary>
    public const int HeaderSize = 4;

    /// <summary>The bytes that follow the header of an ACK.</summary>
    public const int AckSize = 8;

    /// <summary>The most bytes in one record.</summary>
    public const int MaxLength = (1 << LengthBits) - 1;

    private const int LengthBits = 24;

    /// <summary>Reads a header from the first <see cref="HeaderSize"/> bytes.</summary>
    /// <exception cref="MuxSessionException">No record begins so.</exception>
    public static LinkRecord Read(ReadOnlySpan<byte> header)
    {
        var word = BinaryPrimitives.ReadUInt32BigEndian(header);
        var record = new LinkRecord((LinkRecordType)(word >> LengthBits), (int)(word & MaxLength));
        var isGood = record.Type switch
        {
            LinkRecordType.Data => true,
            LinkRecordType.Ack => record.Length == AckSize,
            LinkRecordType.End or LinkRecordType.Probe => record.Length == 0,
            _ => false,
        };
        return isGood
            ? record
            : throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent a link record of type {(int)record.Type} and {record.Length} bytes");
    }

    /// <summary>Writes the header to the first <see cref="HeaderSize"/> bytes.</summary>
    public void Write(Span<byte> header) => BinaryPrimitives.WriteUInt32BigEndian(header, ((uint)Type << LengthBits) | (uint)Length);
}
