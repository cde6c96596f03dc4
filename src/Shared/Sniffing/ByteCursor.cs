using System.Buffers.Binary;

namespace Tunnel.Shared.Sniffing;

/// <summary>Reads big-endian fields off the front of a span; false where the span is too short.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

    public readonly bool IsEmpty => Rest.IsEmpty;

    public bool TryByte(out byte value)
    {
        if (Rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = Rest[0];
        Rest = Rest[1..];
        return true;
    }

    public bool TryUInt16(out int value)
    {
        if (Rest.Length < sizeof(ushort))
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadUInt16BigEndian(Rest);
        Rest = Rest[sizeof(ushort)..];
        return true;
    }

    /// <summary>QUIC's integer of 1, 2, 4 or 8 bytes, whose first two bits say which.</summary>
    public bool TryVariable(out long value)
    {
        value = 0;
        if (Rest.IsEmpty || Rest.Length < 1 << (Rest[0] >> 6))
        {
            return false;
        }

        var size = 1 << (Rest[0] >> 6);
        value = Rest[0] & 0x3F;
        foreach (var part in Rest[1..size])
        {
            value = (value << 8) | part;
        }

        Rest = Rest[size..];
        return true;
    }

    public bool TryTake(long length, out ReadOnlySpan<byte> taken)
    {
        if (length > Rest.Length)
        {
            taken = default;
            return false;
        }

        taken = Rest[..(int)length];
        Rest = Rest[(int)length..];
        return true;
    }

    /// <summary>A vector behind its length of one byte.</summary>
    public bool TryVector8(out ReadOnlySpan<byte> taken)
    {
        taken = default;
        return TryByte(out var length) && TryTake(length, out taken);
    }

    /// <summary>A vector behind its length of two bytes.</summary>
    public bool TryVector16(out ReadOnlySpan<byte> taken)
    {
        taken = default;
        return TryUInt16(out var length) && TryTake(length, out taken);
    }
}
