using System.Buffers.Binary;
using System.Text;

namespace Tunnel.Mux.Framing;

/// <summary>The layouts of the control frames' payloads, all integers big-endian.</summary>
/// <remarks>
/// <code>
/// WINDOW  credit (4)                                  stream 0: initial window (4)
/// OPEN    StreamOpen, protobuf
/// RESET   code (4)   text, UTF-8 (0..200)
/// PING    opaque (8)
/// GOAWAY  last stream taken (4)   code (4)   text, UTF-8 (0..200)
/// STOP    nothing
/// </code>
/// </remarks>
internal static class ControlFrames
{
    /// <summary>Texts are for logs only and are cut here.</summary>
    public const int MaxTextBytes = 200;

    /// <summary>The longest metadata of a stream, in bytes.</summary>
    public const int MaxOpenBytes = 4096;

    public const int WindowPayload = 4;
    public const int PingPayload = 8;
    public const int ResetPayload = 4;
    public const int GoAwayPayload = 8;

    /// <summary>The longest payload a receiver takes for a type.</summary>
    public static int MaxPayload(FrameType type) => type switch
    {
        FrameType.Data => FrameHeader.MaxAcceptedPayload,
        FrameType.Window => WindowPayload,
        FrameType.Open => MaxOpenBytes,
        FrameType.Reset => ResetPayload + MaxTextBytes,
        FrameType.Ping => PingPayload,
        FrameType.GoAway => GoAwayPayload + MaxTextBytes,
        _ => 0,
    };

    /// <summary>The shortest payload a receiver takes for a type.</summary>
    public static int MinPayload(FrameType type) => type switch
    {
        FrameType.Window => WindowPayload,
        FrameType.Reset => ResetPayload,
        FrameType.Ping => PingPayload,
        FrameType.GoAway => GoAwayPayload,
        _ => 0,
    };

    public static int WriteWindow(Span<byte> destination, uint streamId, uint bytes, FrameFlags flags)
    {
        new FrameHeader(WindowPayload, FrameType.Window, flags, streamId).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[FrameHeader.Size..], bytes);
        return FrameHeader.Size + WindowPayload;
    }

    public static int WritePing(Span<byte> destination, ulong opaque, FrameFlags flags)
    {
        new FrameHeader(PingPayload, FrameType.Ping, flags, 0).Write(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[FrameHeader.Size..], opaque);
        return FrameHeader.Size + PingPayload;
    }

    public static int WriteReset(Span<byte> destination, uint streamId, MuxErrorCode code, string? text)
    {
        var length = ResetPayload + WriteText(destination[(FrameHeader.Size + ResetPayload)..], text);
        new FrameHeader(length, FrameType.Reset, FrameFlags.None, streamId).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[FrameHeader.Size..], ToWire(code));
        return FrameHeader.Size + length;
    }

    public static int WriteGoAway(Span<byte> destination, uint lastStreamId, MuxErrorCode code, string? text)
    {
        var length = GoAwayPayload + WriteText(destination[(FrameHeader.Size + GoAwayPayload)..], text);
        new FrameHeader(length, FrameType.GoAway, FrameFlags.None, 0).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[FrameHeader.Size..], lastStreamId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(FrameHeader.Size + 4)..], ToWire(code));
        return FrameHeader.Size + length;
    }

    /// <summary>A peer's code; local and unknown ones never come from a peer.</summary>
    public static MuxErrorCode ReadCode(ReadOnlySpan<byte> bytes)
    {
        var code = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return code < (uint)MuxErrorCode.SessionLost && Enum.IsDefined((MuxErrorCode)code) ? (MuxErrorCode)code : MuxErrorCode.InternalError;
    }

    /// <summary>A peer's text, made safe for a log: at most 200 bytes, no control characters.</summary>
    public static string ReadText(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxTextBytes)]);
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }

    // What only this side can know (a lost session, a silent peer) means to the peer: not wanted any more.
    private static uint ToWire(MuxErrorCode code) => (uint)(code >= MuxErrorCode.SessionLost ? MuxErrorCode.Cancel : code);

    private static int WriteText(Span<byte> destination, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        Encoding.UTF8.GetEncoder().Convert(
            text, destination[..Math.Min(destination.Length, MaxTextBytes)], flush: true, out _, out var bytesUsed, out _);
        return bytesUsed;
    }
}
