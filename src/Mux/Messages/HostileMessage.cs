using System.Buffers;
using Google.Protobuf;

namespace Tunnel.Mux.Messages;

/// <summary>Parses protobuf messages of peers that may mean harm.</summary>
/// <remarks>
/// The library adds a field's length to its position without looking for an overflow: a length just below 2 GiB takes its
/// parser behind the end of the message, to exceptions of any kind or to allocations that no limit holds. So every length is
/// compared with what is there first. Groups, which version 3 of the language does not have, are refused. The
/// encoding: https://protobuf.dev/programming-guides/encoding/.
/// </remarks>
public static class HostileMessage
{
    private const int MaxVarintBytes = 10;

    /// <summary>The message in <paramref name="bytes"/>, which is all of them; null where they are none. Unknown fields are kept.</summary>
    /// <param name="parser">Of the message.</param>
    /// <param name="shape">The message's; what it leaves out is not looked into.</param>
    /// <param name="bytes">At most some tens of KiB: a copy may be made.</param>
    public static T? Parse<T>(MessageParser<T> parser, MessageShape shape, in ReadOnlySequence<byte> bytes)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        ArgumentNullException.ThrowIfNull(shape);
        var span = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        if (!IsWithinBounds(span, shape))
        {
            return null;
        }

        try
        {
            return parser.ParseFrom(span);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Whether each field ends before its message does.</summary>
    private static bool IsWithinBounds(ReadOnlySpan<byte> message, MessageShape shape)
    {
        while (!message.IsEmpty)
        {
            if (!TryReadVarint(ref message, out var tag) || tag > uint.MaxValue)
            {
                return false;
            }

            ulong size = (WireFormat.WireType)(tag & 7) switch
            {
                WireFormat.WireType.Varint => TryReadVarint(ref message, out _) ? 0 : ulong.MaxValue,
                WireFormat.WireType.Fixed32 => sizeof(uint),
                WireFormat.WireType.Fixed64 => sizeof(ulong),
                WireFormat.WireType.LengthDelimited => TryReadVarint(ref message, out var length) ? length : ulong.MaxValue,
                _ => ulong.MaxValue,
            };
            if (size > (ulong)message.Length)
            {
                return false;
            }

            var content = message[..(int)size];
            message = message[(int)size..];
            if ((WireFormat.WireType)(tag & 7) == WireFormat.WireType.LengthDelimited && shape.Find((uint)(tag >> 3)) is { } inner && !IsWithinBounds(content, inner))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < MaxVarintBytes; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
