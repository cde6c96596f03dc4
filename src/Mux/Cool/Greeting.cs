using System.Buffers.Binary;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Cool;

/// <summary>
/// How a bridge of this project makes itself known to a portal of this project: the first frame it sends is a KeepAlive with
/// these bytes. V2Ray never sends that status and ignores it with its data, so a real portal does not notice.
/// </summary>
/// <remarks>It promises that the End of a stream reaches the target as a half-close, and that the answer is not cut.</remarks>
internal static class Greeting
{
    /// <summary>The frame's data.</summary>
    public static ReadOnlySpan<byte> Data => "tunnel/1 half-close"u8;

    /// <summary>The whole frame.</summary>
    public static ReadOnlyMemory<byte> Frame { get; } = Make();

    private static byte[] Make()
    {
        // Metadata of 4 bytes: stream 0, status, option "data follows"; then the data's length and the data.
        var frame = new byte[8 + Data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, 4);
        frame[4] = (byte)FrameStatus.KeepAlive;
        frame[5] = (byte)FrameOptions.Data;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(6), (ushort)Data.Length);
        Data.CopyTo(frame.AsSpan(8));
        return frame;
    }
}
