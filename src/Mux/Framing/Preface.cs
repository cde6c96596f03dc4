using System.Buffers.Binary;

namespace Tunnel.Mux.Framing;

/// <summary>The first sixteen bytes that each side sends.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      7    ASCII "tunnel/"
/// 7      1    version, 0x01
/// 8      4    initial window: credit of every new stream towards the sender of this preface, in bytes, at least 16 KiB
/// 12     4    how many streams the receiver of this preface may have open at once
/// </code>
/// </remarks>
internal readonly record struct Preface(uint InitialWindow, uint MaxStreams)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 16;

    public const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "tunnel/"u8;

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[Magic.Length] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], InitialWindow);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], MaxStreams);
    }

    /// <exception cref="MuxSessionException">The bytes are not a preface of this version.</exception>
    public static Preface Read(ReadOnlySpan<byte> source)
    {
        if (!source.StartsWith(Magic))
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer does not speak tunnel/1: its first bytes are something else");
        }

        if (source[Magic.Length] != Version)
        {
            throw new MuxSessionException(
                MuxErrorCode.ProtocolError,
                $"the peer speaks tunnel/{source[Magic.Length]}, this program tunnel/{Version}; update the older side");
        }

        var initialWindow = BinaryPrimitives.ReadUInt32BigEndian(source[8..]);
        if (initialWindow is < MuxOptions.SmallestWindow or > MuxOptions.LargestWindow)
        {
            throw new MuxSessionException(MuxErrorCode.FlowControlError, $"the peer announced an initial window of {initialWindow} bytes");
        }

        return new Preface(initialWindow, BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
    }
}
