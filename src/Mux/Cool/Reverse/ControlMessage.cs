using System.Runtime.InteropServices;

namespace Tunnel.Mux.Cool.Reverse;

/// <summary>The message of V2Ray's reverse control, a protobuf of two fields (docs/v2ray.md, section 2.3).</summary>
/// <remarks>
/// <code>
/// field 1,  varint: state, 0 = active (omitted), 1 = drain     08 01
/// field 99, bytes:  random, 0 to 63 of them (empty: omitted)   9a 06 LEN ...
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ControlMessage(bool IsDrain)
{
    /// <summary>The most random bytes; they only hide the size.</summary>
    public const int MaxRandom = 63;

    /// <summary>The longest message that is sent.</summary>
    public const int MaxSize = 2 + 3 + MaxRandom;

    private const byte StateTag = 0x08;

    public static int Write(Span<byte> buffer, bool isDrain, ReadOnlySpan<byte> random)
    {
        var length = 0;
        if (isDrain)
        {
            buffer[length++] = StateTag;
            buffer[length++] = 1;
        }

        if (!random.IsEmpty)
        {
            // Tag 99 << 3 | 2 as a varint.
            buffer[length++] = 0x9A;
            buffer[length++] = 0x06;
            buffer[length++] = (byte)random.Length;
            random.CopyTo(buffer[length..]);
            length += random.Length;
        }

        return length;
    }

    /// <summary>Reads a message; fields that are not known are skipped. Null where the bytes are none.</summary>
    public static ControlMessage? Read(ReadOnlySpan<byte> message)
    {
        var isDrain = false;
        while (!message.IsEmpty)
        {
            if (!TryReadVarint(ref message, out var tag))
            {
                return null;
            }

            switch (tag & 7)
            {
                case 0 when TryReadVarint(ref message, out var value):
                    isDrain = tag >> 3 == 1 ? value == 1 : isDrain;
                    break;
                case 1 when message.Length >= 8:
                    message = message[8..];
                    break;
                case 2 when TryReadVarint(ref message, out var length) && length <= (ulong)message.Length:
                    message = message[(int)length..];
                    break;
                case 5 when message.Length >= 4:
                    message = message[4..];
                    break;
                default:
                    return null;
            }
        }

        return new ControlMessage(isDrain);
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < 10; i++)
        {
            value |= (ulong)(source[i] & 0x7F) << (7 * i);
            if (source[i] < 0x80)
            {
                source = source[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
