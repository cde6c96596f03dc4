using System.Buffers.Binary;

namespace Tunnel.Mux.Cool.Framing;

/// <summary>The layout of Mux.Cool's frames and their encoders, which write all but the data.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    L, the length of the metadata behind it: 4 to 512
/// 2      2    stream
/// 4      1    status: 1 New, 2 Keep, 3 End, 4 KeepAlive
/// 5      1    options: 0x01 data follows, 0x02 error
///             only in New:
/// 6      1    network: 1 = TCP, 2 = UDP
/// 7      n    port and address, see DestinationCodec
///             (what else is in the metadata is skipped)
/// L+2    2    D, the length of the data, only with option 0x01
/// L+4    D    data
/// </code>
/// All integers are big-endian. V2Ray interoperability notes in docs/v2ray.md, section 3.
/// </remarks>
internal static class CoolFrames
{
    /// <summary>The field L.</summary>
    public const int LengthSize = 2;

    /// <summary>The metadata of every frame but New, and the least a receiver takes.</summary>
    public const int MinMetadata = 4;

    /// <summary>The least metadata a New frame may have: anything shorter cannot hold an address.</summary>
    public const int MinNewMetadata = 8;

    /// <summary>The most metadata a receiver takes.</summary>
    public const int MaxMetadata = 512;

    /// <summary>The field D.</summary>
    public const int DataLengthSize = 2;

    /// <summary>The most data that a frame can have; a receiver takes all of it.</summary>
    public const int MaxData = ushort.MaxValue;

    /// <summary>A Keep frame's bytes in front of its data.</summary>
    public const int KeepSize = EndSize + DataLengthSize;

    /// <summary>A whole End frame.</summary>
    public const int EndSize = LengthSize + MinMetadata;

    /// <summary>A New frame's bytes in front of its data, at most.</summary>
    public const int MaxNewSize = AddressOffset + DestinationCodec.MaxBytes + DataLengthSize;

    /// <summary>Where the network stands in a New frame, and behind it the address.</summary>
    public const int NetworkOffset = EndSize;

    public const int AddressOffset = NetworkOffset + 1;

    /// <summary>Writes a New frame up to its data; returns the length.</summary>
    public static int WriteNew(Span<byte> span, ushort id, Destination destination, int dataLength)
    {
        span[NetworkOffset] = (byte)destination.Network;
        var length = AddressOffset + DestinationCodec.Write(span[AddressOffset..], destination);
        WriteMetadata(span, length - LengthSize, id, FrameStatus.New, dataLength > 0 ? FrameOptions.Data : FrameOptions.None);
        if (dataLength == 0)
        {
            return length;
        }

        BinaryPrimitives.WriteUInt16BigEndian(span[length..], (ushort)dataLength);
        return length + DataLengthSize;
    }

    /// <summary>Writes the <see cref="KeepSize"/> bytes of a Keep frame in front of its data.</summary>
    public static void WriteKeep(Span<byte> span, ushort id, int dataLength)
    {
        WriteMetadata(span, MinMetadata, id, FrameStatus.Keep, FrameOptions.Data);
        BinaryPrimitives.WriteUInt16BigEndian(span[EndSize..], (ushort)dataLength);
    }

    /// <summary>Writes the <see cref="EndSize"/> bytes of an End frame.</summary>
    public static void WriteEnd(Span<byte> span, ushort id, bool isError) =>
        WriteMetadata(span, MinMetadata, id, FrameStatus.End, isError ? FrameOptions.Error : FrameOptions.None);

    private static void WriteMetadata(Span<byte> span, int length, ushort id, FrameStatus status, FrameOptions options)
    {
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], id);
        span[4] = (byte)status;
        span[5] = (byte)options;
    }
}
