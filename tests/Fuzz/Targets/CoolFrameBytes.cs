using System.Buffers.Binary;
using Tunnel.Mux;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Fuzz.Targets;

/// <summary>Mux.Cool frames as a peer may write them.</summary>
internal static class CoolFrameBytes
{
    private static readonly Destination Tcp = new(Network.Tcp, "127.0.0.1", 80);
    private static readonly Destination Udp = new(Network.Udp, "10.1.2.3", 53);
    private static readonly Destination Control = new(Network.Udp, ControlDomains.Xray, 0);

    public static byte[] New(ushort id, Destination? destination = null, byte[]? data = null)
    {
        data ??= [];
        var head = new byte[CoolFrames.MaxNewSize];
        var length = CoolFrames.WriteNew(head, id, destination ?? Tcp, data.Length);
        return [.. head[..length], .. data];
    }

    public static byte[] ControlStream(ushort id, int state) => New(id, Control, [8, (byte)state]);

    public static byte[] Keep(ushort id, byte[] data)
    {
        var head = new byte[CoolFrames.KeepSize];
        CoolFrames.WriteKeep(head, id, data.Length);
        return [.. head, .. data];
    }

    public static byte[] End(ushort id, bool isError)
    {
        var frame = new byte[CoolFrames.EndSize];
        CoolFrames.WriteEnd(frame, id, isError);
        return frame;
    }

    /// <summary>Frames of which most make sense.</summary>
    public static byte[] Conversation(Random random)
    {
        var bytes = new List<byte>();
        ushort next = 1;
        for (var frames = random.Next(1, 24); frames > 0; frames--)
        {
            var some = (ushort)random.Next(0, next + 2);
            var data = new byte[random.Next(8) == 0 ? random.Next(1, 3000) : random.Next(1, 60)];
            random.NextBytes(data);
            bytes.AddRange(random.Next(10) switch
            {
                0 => New(next++, Udp, data),
                1 => New(next++, data: data),
                2 => ControlStream(next++, random.Next(3)),
                3 or 4 or 5 or 6 => Keep(some, data),
                7 => Raw(some, random.Next(2, 5), random.Next(256), new byte[random.Next(60)], data),
                _ => End(some, random.Next(3) == 0),
            });
        }

        return [.. bytes];
    }

    private static byte[] Raw(ushort id, int status, int options, byte[] metadata, byte[] data)
    {
        var frame = new byte[CoolFrames.EndSize + metadata.Length + CoolFrames.DataLengthSize];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(CoolFrames.MinMetadata + metadata.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), id);
        frame[4] = (byte)status;
        frame[5] = (byte)options;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(CoolFrames.EndSize + metadata.Length), (ushort)data.Length);
        return (options & 1) != 0 ? [.. frame, .. data] : frame[..^CoolFrames.DataLengthSize];
    }
}
