using System.Buffers.Binary;

namespace Tunnel.Mux.Cool;

/// <summary>The layout of Mux.Cool's frames (docs/v2ray.md, section 3), all integers big-endian.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    L, the metadata's length without these two bytes: 4 to 512
/// 2      2    stream id
/// 4      1    status
/// 5      1    option bits
///             with status New:
/// 6      1    network: 1 = TCP, 2 = UDP
/// 7      n    port and address, see DestinationCodec
///             behind the metadata, with option bit 1:
///        2    D, the data's length
///        D    data
/// </code>
/// Metadata may be longer than what is known; the rest is skipped.
/// </remarks>
internal static class CoolFrame
{
    public const int LengthSize = 2;
    public const int MinMetadata = 4;
    public const int MaxMetadata = 512;

    /// <summary>The longest data of one frame.</summary>
    public const int MaxData = ushort.MaxValue;

    /// <summary>The frame of a stream's bytes, up to the data.</summary>
    public const int KeepHeader = LengthSize + MinMetadata + LengthSize;

    /// <summary>A frame without data.</summary>
    public const int EndSize = LengthSize + MinMetadata;

    /// <summary>The longest New frame without data.</summary>
    public const int MaxNew = LengthSize + MinMetadata + 1 + DestinationCodec.MaxBytes;

    public static int WriteKeepHeader(Span<byte> buffer, ushort streamId, int length)
    {
        WriteMetadata(buffer, MinMetadata, streamId, CoolStatus.Keep, CoolOption.Data);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(LengthSize + MinMetadata)..], (ushort)length);
        return KeepHeader;
    }

    public static int WriteEnd(Span<byte> buffer, ushort streamId, bool error)
    {
        WriteMetadata(buffer, MinMetadata, streamId, CoolStatus.End, error ? CoolOption.Error : CoolOption.None);
        return EndSize;
    }

    public static int WriteKeepAlive(Span<byte> buffer, ReadOnlySpan<byte> data)
    {
        WriteMetadata(buffer, MinMetadata, 0, CoolStatus.KeepAlive, CoolOption.Data);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(LengthSize + MinMetadata)..], (ushort)data.Length);
        data.CopyTo(buffer[KeepHeader..]);
        return KeepHeader + data.Length;
    }

    public static int WriteNew(Span<byte> buffer, ushort streamId, Destination target)
    {
        var address = DestinationCodec.Write(buffer[(LengthSize + MinMetadata + 1)..], target);
        var length = MinMetadata + 1 + address;
        WriteMetadata(buffer, length, streamId, CoolStatus.New, CoolOption.None);
        buffer[LengthSize + MinMetadata] = (byte)target.Network;
        return LengthSize + length;
    }

    /// <summary>Reads metadata, without its length.</summary>
    /// <exception cref="MuxSessionException">It is malformed; there is no way to go on behind it.</exception>
    public static CoolMetadata ReadMetadata(ReadOnlySpan<byte> metadata)
    {
        var id = BinaryPrimitives.ReadUInt16BigEndian(metadata);
        var status = (CoolStatus)metadata[2];
        var option = (CoolOption)metadata[3];
        if (status is < CoolStatus.New or > CoolStatus.KeepAlive)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer sent a frame of unknown status {metadata[2]}");
        }

        if (status != CoolStatus.New)
        {
            return new CoolMetadata(id, status, option, null);
        }

        var network = metadata.Length > MinMetadata ? metadata[MinMetadata] : 0;
        Destination? target = null;
        if (network is (int)Network.Tcp or (int)Network.Udp)
        {
            DestinationCodec.TryRead(metadata[(MinMetadata + 1)..], (Network)network, out target, out _);
        }

        return target is null
            ? throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer opened a stream to no valid destination")
            : new CoolMetadata(id, status, option, target);
    }

    private static void WriteMetadata(Span<byte> buffer, int length, ushort streamId, CoolStatus status, CoolOption option)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], streamId);
        buffer[4] = (byte)status;
        buffer[5] = (byte)option;
    }
}
