using System.Buffers;
using System.Net;
using Google.Protobuf;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Native;

namespace Tunnel.Fuzz.Targets;

/// <summary>The frames of <c>tunnel/1</c> and what they carry.</summary>
internal static class MuxFramesTarget
{
    private static readonly byte[] Metadata = StreamMetadataCodec.ToWire(new StreamMetadata(
        new Destination(Network.Tcp, "target.example", 80),
        new IPEndPoint(IPAddress.Parse("198.51.100.7"), 40000),
        new IPEndPoint(IPAddress.Parse("2001:db8::1"), 443))).ToByteArray();

    public static FuzzTarget Create() => new("mux-frames", "tunnel/1: preface, frames, stream metadata, texts",
    [
        new FuzzCase("frames", RunFrames)
        {
            Seeds = [NativeFrames.Conversation(new Random(1)), NativeFrames.Conversation(new Random(2)), [.. NativeFrames.Preface(), .. NativeFrames.Open(1)]],
            Words = [NativeFrames.Preface(), NativeFrames.Open(1), .. Enum.GetValues<FrameType>().Select(static type => NativeFrames.Frame(type, 1, new byte[8]))],
            Generate = NativeFrames.Conversation,
            MaxLength = 16 * 1024,
        },
        new FuzzCase("metadata", RunMetadata) { Seeds = [Metadata], Words = [[8, 1], [8, 2], [18, 1, (byte)'a'], [42, 4, 1, 2, 3, 4]] },
        new FuzzCase("text", RunText) { Seeds = [.. Texts.Utf8("the target refused", "\u001b[31mred", "ü\u2028€😀")], MaxLength = 300 },
    ]);

    private static void RunFrames(byte[] bytes, Observations observations)
    {
        var whole = new FrameDigest();
        var decoder = new FrameDecoder(whole);
        var sequence = new ReadOnlySequence<byte>(bytes);
        var (consumed, error) = Decode(decoder, sequence);

        var split = new FrameDigest();
        decoder = new FrameDecoder(split);
        using var reader = new FedPipeReader(Split.Pieces(bytes));
        MuxSessionException? splitError = null;
        while (splitError is null)
        {
            reader.TryRead(out var read);
            (var taken, splitError) = Decode(decoder, read.Buffer);
            reader.AdvanceTo(read.Buffer.GetPosition(taken), read.Buffer.End);
            if (read.IsCompleted)
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

    private static (long Consumed, MuxSessionException? Error) Decode(FrameDecoder decoder, ReadOnlySequence<byte> buffer)
    {
        try
        {
            return (buffer.Slice(0, decoder.Decode(buffer)).Length, null);
        }
        catch (MuxSessionException exception)
        {
            return (0, exception);
        }
    }

    private static void RunMetadata(byte[] bytes, Observations observations)
    {
        try
        {
            var metadata = StreamMetadataCodec.Read(Split.Sequence(bytes));
            var again = StreamMetadataCodec.Read(new ReadOnlySequence<byte>(StreamMetadataCodec.ToWire(metadata).ToByteArray()));
            PropertyException.Require(metadata == again, "what was read is written so that it is read again");
            observations.Note(metadata.Destination.Network);
            observations.Note(metadata.Destination.Address?.AddressFamily.ToString());
            observations.Note(metadata.Source is not null);
            observations.Note(metadata.Visited is not null);
        }
        catch (MuxSessionException exception)
        {
            observations.Note(exception);
        }
    }

    private static void RunText(byte[] bytes, Observations observations)
    {
        var text = ControlFrames.ReadText(bytes);
        PropertyException.Require(text.Length <= ControlFrames.MaxTextBytes && !text.Any(char.IsControl), "a peer's text is short and without control characters");
        observations.NoteSize(text.Length);
        if (bytes.Length >= sizeof(uint))
        {
            observations.Note(ControlFrames.ReadCode(bytes));
        }
    }
}
