using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using Tunnel.Mux.Messages;
using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Interconnect;

/// <summary>Frames and parses the messages of the handshake.</summary>
/// <remarks><code>
///  0               4                         4 + length
///  +---------------+-------------------------+
///  | length, u32 BE| HandshakeMessage        |   length: 1 to 65,536, from a peer that has proven nothing 4,096
///  +---------------+-------------------------+
///
///  bridge                                    portal
///    | Hello      versions, domain, key id, nonce, instance        -->
///    |                             &lt;--  Challenge  version, nonce        (or Reject)
///    | Proof      HMAC over Hello, Challenge, channel binding      -->
///    |                             &lt;--  Welcome    content, HMAC          (or Reject)
///    | the mux's bytes                                      &lt;--&gt;   directly behind, on the same stream
/// </code></remarks>
internal static class HandshakeCodec
{
    /// <summary>The shape of a <see cref="HandshakeMessage"/>.</summary>
    public static readonly MessageShape Shape = new(
        (HandshakeMessage.HelloFieldNumber, new MessageShape((Hello.ResumeFieldNumber, MessageShape.Flat))),
        (HandshakeMessage.ChallengeFieldNumber, MessageShape.Flat),
        (HandshakeMessage.ProofFieldNumber, MessageShape.Flat),
        (HandshakeMessage.WelcomeFieldNumber, MessageShape.Flat),
        (HandshakeMessage.RejectFieldNumber, MessageShape.Flat));

    /// <summary>The shape of a <see cref="WelcomeContent"/>.</summary>
    public static readonly MessageShape WelcomeShape = new((WelcomeContent.SettingsFieldNumber, MessageShape.Flat));

    private const int PrefixBytes = 4;

    /// <summary>Appends the frame of a message.</summary>
    public static void Write(IBufferWriter<byte> output, HandshakeMessage message)
    {
        var length = message.CalculateSize();
        var span = output.GetSpan(PrefixBytes + length);
        BinaryPrimitives.WriteUInt32BigEndian(span, (uint)length);
        message.WriteTo(span.Slice(PrefixBytes, length));
        output.Advance(PrefixBytes + length);
    }

    /// <summary>
    /// Looks for one frame at the beginning of <paramref name="buffer"/>. On <see cref="HandshakeReadStatus.Message"/>
    /// <paramref name="frame"/> is the whole frame as it was sent; otherwise it is empty.
    /// </summary>
    public static HandshakeRead TryRead(in ReadOnlySequence<byte> buffer, int maxBytes, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadBigEndian(out int length))
        {
            return new HandshakeRead(HandshakeReadStatus.NeedMore, Message: null);
        }

        if (length < 1 || length > maxBytes)
        {
            return new HandshakeRead(HandshakeReadStatus.BadLength, Message: null);
        }

        if (reader.Remaining < length)
        {
            return new HandshakeRead(HandshakeReadStatus.NeedMore, Message: null);
        }

        if (HostileMessage.Parse(HandshakeMessage.Parser, Shape, buffer.Slice(PrefixBytes, length)) is not { } message)
        {
            return new HandshakeRead(HandshakeReadStatus.NotAMessage, Message: null);
        }

        frame = buffer.Slice(0, PrefixBytes + length);
        return new HandshakeRead(HandshakeReadStatus.Message, message);
    }
}
