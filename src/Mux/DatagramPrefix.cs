using System.Buffers;
using System.Buffers.Binary;

namespace Tunnel.Mux;

/// <summary>How datagrams lie in every pipe that carries UDP: on streams of both muxes, and between inbounds and outbounds.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    length, big-endian
/// 2      n    datagram
/// </code>
/// </remarks>
public static class DatagramPrefix
{
    /// <summary>The bytes in front of each datagram.</summary>
    public const int Size = 2;

    /// <summary>The longest datagram that UDP over IPv4 can carry, in bytes; the prefix could say more.</summary>
    public const int MaxDatagram = 65507;

    /// <summary>Writes the prefix of a datagram of <paramref name="length"/> bytes, 0 to 65535.</summary>
    public static void Write(Span<byte> span, int length) => BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);

    /// <summary>The length of the datagram at the beginning of a buffer; false where the buffer is too short to tell.</summary>
    public static bool TryReadLength(in ReadOnlySequence<byte> buffer, out int length)
    {
        var reader = new SequenceReader<byte>(buffer);
        var isKnown = reader.TryReadBigEndian(out short value);
        length = (ushort)value;
        return isKnown;
    }

    /// <summary>Takes a whole datagram from the beginning of a buffer; false where it is not there yet.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> datagram)
    {
        datagram = default;
        if (!TryReadLength(buffer, out var length) || buffer.Length < Size + length)
        {
            return false;
        }

        datagram = buffer.Slice(Size, length);
        buffer = buffer.Slice(datagram.End);
        return true;
    }
}
