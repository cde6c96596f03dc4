using System.Buffers.Binary;
using Google.Protobuf;
using Tunnel.Mux;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Native;

namespace Tunnel.Fuzz.Targets;

/// <summary>Frames as a peer may write them.</summary>
internal static class NativeFrames
{
    private static readonly byte[] Metadata = StreamMetadataCodec.ToWire(new StreamMetadata(new Destination(Network.Tcp, "target.example", 80))).ToByteArray();

    public static byte[] Preface(uint window = 256 * 1024)
    {
        var preface = new byte[Mux.Framing.Preface.Size];
        new Preface(window, 1000).Write(preface);
        return preface;
    }

    public static byte[] Frame(FrameType type, uint streamId, byte[] payload, FrameFlags flags = FrameFlags.None)
    {
        var frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(payload.Length, type, flags, streamId).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public static byte[] Open(uint streamId) => Frame(FrameType.Open, streamId, Metadata);

    /// <summary>A preface, and frames of which most make sense.</summary>
    public static byte[] Conversation(Random random)
    {
        var bytes = new List<byte>(Preface((uint)random.Next(MuxOptions.SmallestWindow, 1 << 20)));
        var next = (uint)random.Next(1, 3);
        for (var frames = random.Next(1, 24); frames > 0; frames--)
        {
            var last = next > 2 ? next - 2 : next;
            var some = (uint)random.Next(0, (int)next + 3);
            var data = new byte[random.Next(8) == 0 ? random.Next(3000) : random.Next(60)];
            random.NextBytes(data);
            bytes.AddRange(random.Next(10) switch
            {
                0 or 1 => Open((next += 2) - 2),
                2 or 3 or 4 => Frame(FrameType.Data, last, data),
                5 => Frame(FrameType.Data, last, data, FrameFlags.Fin),
                6 => Frame(FrameType.Window, some, UInt32((uint)random.Next(16 * 1024, 1 << 20)), (FrameFlags)(random.Next(2) * 2)),
                7 => Frame(FrameType.Ping, 0, new byte[8], (FrameFlags)(random.Next(2) * 2)),
                8 => random.Next(2) == 0 ? Frame(FrameType.Stop, some, []) : Frame(FrameType.Reset, some, UInt32((uint)random.Next(12))),
                _ => random.Next(4) == 0 ? Frame(FrameType.GoAway, 0, [.. UInt32(some), .. UInt32((uint)random.Next(12))]) : Frame(FrameType.Data, some, data),
            });
        }

        return [.. bytes];
    }

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
