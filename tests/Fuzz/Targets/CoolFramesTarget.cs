using System.Buffers;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Fuzz.Targets;

/// <summary>The frames of Mux.Cool, its destinations, and the messages of reverse control streams.</summary>
internal static class CoolFramesTarget
{
    public static FuzzTarget Create() => new("cool-frames", "Mux.Cool: frames, destinations, reverse control messages",
    [
        new FuzzCase("frames", RunFrames)
        {
            Seeds = [CoolFrameBytes.Conversation(new Random(1)), CoolFrameBytes.Conversation(new Random(2)), CoolFrameBytes.New(1), CoolFrameBytes.ControlStream(1, 1)],
            Words = [CoolFrameBytes.New(1), CoolFrameBytes.Keep(1, [1, 2]), CoolFrameBytes.End(1, isError: true)],
            Generate = CoolFrameBytes.Conversation,
            MaxLength = 16 * 1024,
        },
        new FuzzCase("destination", RunDestination)
        {
            Seeds = [Encode("192.0.2.1"), Encode("2001:db8::1"), Encode("target.example"), Encode(new string('a', 255))],
            Words = [[0, 80, 1], [0, 80, 2, 255], [0, 80, 3], .. Texts.Bytes("::ffff:", "127.1")],
            MaxLength = 300,
        },
        new FuzzCase("control", RunControl) { Seeds = [[8, 1], [8, 0, 0x9A, 6, 3, 1, 2, 3], Message(ControlState.Drain)], MaxLength = 300 },
    ]);

    private static byte[] Encode(string host)
    {
        var bytes = new byte[DestinationCodec.MaxBytes];
        return bytes[..DestinationCodec.Write(bytes, new Destination(Network.Tcp, host, 443))];
    }

    private static byte[] Message(ControlState state)
    {
        var bytes = new byte[ControlMessage.MaxSize];
        return bytes[..ControlMessage.Write(bytes, state, [9, 8, 7])];
    }

    private static void RunFrames(byte[] bytes, Observations observations)
    {
        var whole = new CoolDigest(mostAtOnce: int.MaxValue);
        var (consumed, error) = Decode(new CoolFrameDecoder(whole), new ReadOnlySequence<byte>(bytes));

        // The second one takes data in small parts, as a stream does whose buffer is nearly full.
        var split = new CoolDigest(mostAtOnce: 5);
        var decoder = new CoolFrameDecoder(split);
        using var reader = new FedPipeReader(Split.Pieces(bytes));
        MuxSessionException? splitError = null;
        while (true)
        {
            reader.TryRead(out var read);
            (var taken, splitError) = Decode(decoder, read.Buffer);
            reader.AdvanceTo(read.Buffer.GetPosition(taken), read.Buffer.End);
            if (read.IsCompleted || splitError is not null)
            {
                break;
            }
        }

        PropertyException.Require(error?.Message == splitError?.Message, "an error does not depend on how bytes are split");
        PropertyException.Require(whole.Value == split.Value, "frames do not depend on how bytes are split");
        PropertyException.Require(error is not null || consumed == reader.Consumed, "what is consumed does not depend on how bytes are split");
        observations.Note(error?.Message);
        observations.Note(whole.Kinds);
    }

    private static (long Consumed, MuxSessionException? Error) Decode(CoolFrameDecoder decoder, ReadOnlySequence<byte> buffer)
    {
        var rest = buffer;
        try
        {
            bool isBlocked;
            do
            {
                rest = rest.Slice(decoder.Decode(rest, out isBlocked));
            }
            while (isBlocked);

            return (buffer.Length - rest.Length, null);
        }
        catch (MuxSessionException exception)
        {
            return (0, exception);
        }
    }

    private static void RunDestination(byte[] bytes, Observations observations)
    {
        var status = DestinationCodec.TryRead(bytes, Network.Tcp, out var destination, out var consumed);
        observations.Note(status);
        observations.Note(destination?.Address?.AddressFamily.ToString());
        PropertyException.Require((status == OperationStatus.Done) == (destination is not null), "there is a destination where the status says so");
        PropertyException.Require(consumed <= bytes.Length, "nothing is read behind the end");
        if (destination is null)
        {
            return;
        }

        PropertyException.Require(DestinationCodec.CanWrite(destination), "what was read can be written");
        Span<byte> written = stackalloc byte[DestinationCodec.MaxBytes];
        var length = DestinationCodec.Write(written, destination);
        DestinationCodec.TryRead(written[..length], Network.Tcp, out var again, out _);

        // A name that resolvers take for an address, such as 127.1, is written as that address.
        PropertyException.Require(destination == again || (destination.Address is { } address && address.Equals(again?.Address)), "what was read is written so that it is read again");
        for (var cut = 0; cut < consumed; cut++)
        {
            PropertyException.Require(
                DestinationCodec.TryRead(bytes.AsSpan(0, cut), Network.Tcp, out _, out _) == OperationStatus.NeedMoreData, "a beginning asks for more");
        }
    }

    private static void RunControl(byte[] bytes, Observations observations)
    {
        var state = ControlMessage.Read(Split.Sequence(bytes));
        PropertyException.Require(state == ControlMessage.Read(new ReadOnlySequence<byte>(bytes)), "a message does not depend on how it is split");
        observations.Note(state is null ? -1 : (int)state);
    }

    /// <summary>A hash of what a decoder found, the same however data was split.</summary>
    private sealed class CoolDigest(int mostAtOnce) : ICoolFrameHandler
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public int Kinds { get; private set; }

        public void OnFrame(in CoolFrame frame)
        {
            Kinds |= 1 << ((int)frame.Status + (frame.HasData ? 8 : 0) + (frame.IsError ? 16 : 0));
            Add(frame.Id);
            Add((ulong)frame.Status);
            Add((ulong)frame.Options);
            Add((ulong)frame.DataLength);
            foreach (var character in frame.Destination?.ToString() ?? string.Empty)
            {
                Add(character);
            }
        }

        public long OnData(in ReadOnlySequence<byte> part, bool isLast)
        {
            PropertyException.Require(!part.IsEmpty, "data is passed on where there is some");
            var taken = part.Slice(0, Math.Min(part.Length, mostAtOnce));
            foreach (var memory in taken)
            {
                foreach (var value in memory.Span)
                {
                    Add(value);
                }
            }

            if (isLast && taken.Length == part.Length)
            {
                Add(ulong.MaxValue);
            }

            return taken.Length;
        }

        private void Add(ulong value) => Value = (Value ^ value) * 1099511628211;
    }
}
