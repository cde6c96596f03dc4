using System.Buffers.Binary;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Frames as a peer may write them, right or wrong.</summary>
internal static class Frames
{
    public static readonly Destination Target = new(Network.Tcp, "127.0.0.1", 80);

    public static readonly Destination UdpTarget = new(Network.Udp, "10.1.2.3", 53);

    /// <summary>The destination that the bytes begin with.</summary>
    public static Destination ReadAddress(ReadOnlySpan<byte> source, Network network)
    {
        Assert.Equal(System.Buffers.OperationStatus.Done, DestinationCodec.TryRead(source, network, out var destination, out _));
        return destination!;
    }

    public static byte[] New(ushort id, Destination? destination = null, byte[]? data = null)
    {
        data ??= [];
        var head = new byte[CoolFrames.MaxNewSize];
        var length = CoolFrames.WriteNew(head, id, destination ?? Target, data.Length);
        return [.. head[..length], .. data];
    }

    public static byte[] Keep(ushort id, byte[] data)
    {
        var head = new byte[CoolFrames.KeepSize];
        CoolFrames.WriteKeep(head, id, data.Length);
        return [.. head, .. data];
    }

    public static byte[] End(ushort id, bool isError = false)
    {
        var frame = new byte[CoolFrames.EndSize];
        CoolFrames.WriteEnd(frame, id, isError);
        return frame;
    }

    /// <summary>A frame of any kind, with any metadata behind what all frames have.</summary>
    public static byte[] Raw(ushort id, int status, int options, byte[]? metadata = null, byte[]? data = null)
    {
        metadata ??= [];
        var frame = new byte[CoolFrames.EndSize];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(CoolFrames.MinMetadata + metadata.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), id);
        frame[4] = (byte)status;
        frame[5] = (byte)options;
        return data is null ? [.. frame, .. metadata] : [.. frame, .. metadata, .. Length(data), .. data];
    }

    /// <summary>A datagram as it lies in the pipes of a stream.</summary>
    public static byte[] Datagram(params byte[] datagram) => [.. Length(datagram), .. datagram];

    private static byte[] Length(byte[] data)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)data.Length);
        return length;
    }
}
