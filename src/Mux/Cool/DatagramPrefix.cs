using System.Buffers;
using System.Buffers.Binary;

namespace Tunnel.Mux.Cool;

/// <summary>How datagrams lie in the pipes of a UDP stream.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    length, big-endian
/// 2      n    datagram
/// </code>
/// </remarks>
internal static class DatagramPrefix
{
    public const int Size = 2;

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
