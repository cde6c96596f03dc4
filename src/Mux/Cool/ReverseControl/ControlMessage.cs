using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Tunnel.Mux.Cool.ReverseControl.Wire;
using Tunnel.Mux.Messages;

namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>The message of a control stream, <c>reverse.proto</c> (V2Ray interoperability notes in docs/v2ray.md, section 2.3).</summary>
/// <remarks>
/// <code>
/// 08 state (varint)                 left out for Active
/// 9a 06 length random (0..63)       left out where empty
/// </code>
/// </remarks>
internal static class ControlMessage
{
    /// <summary>The most random bytes that are sent.</summary>
    public const int MaxRandom = 63;

    /// <summary>The longest message that is sent.</summary>
    public const int MaxSize = 2 + 3 + MaxRandom;

    /// <summary>Writes a message; returns its length, which is 0 for a heartbeat without random bytes.</summary>
    public static int Write(Span<byte> span, ControlState state, ReadOnlySpan<byte> random)
    {
        var message = new Control { State = (Control.Types.State)state, Random = ByteString.CopyFrom(random) };
        var size = message.CalculateSize();
        message.WriteTo(span[..size]);
        return size;
    }

    /// <summary>Writes a message with random bytes, at least one: without, a heartbeat would be empty, and not be sent at all.</summary>
    public static int WriteRandom(Span<byte> span, ControlState state)
    {
        Span<byte> random = stackalloc byte[MaxRandom];
        random = random[..Math.Max(RandomNumberGenerator.GetInt32(MaxRandom + 1), 1)];
        RandomNumberGenerator.Fill(random);
        return Write(span, state, random);
    }

    /// <summary>Reads a message; unknown fields are skipped. Null where the bytes are none: they mean nothing, and harm nothing.</summary>
    public static ControlState? Read(in ReadOnlySequence<byte> message)
    {
        var control = HostileMessage.Parse(Control.Parser, MessageShape.Flat, message);
        return control is null ? null : control.State == Control.Types.State.Drain ? ControlState.Drain : ControlState.Active;
    }
}
