using System.Buffers;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Tests.Cool.Framing;

/// <summary>Writes down what a decoder finds; parts of the data of one frame are joined, so that splits do not show.</summary>
internal sealed class CoolFrameRecorder : ICoolFrameHandler
{
    private readonly Func<long, long> _take;

    private CoolFrameRecorder(Func<long, long>? take) => _take = take ?? (length => length);

    public List<(CoolFrame Frame, byte[] Data)> Frames { get; } = [];

    /// <summary>Whether each frame's last part was told to be the last.</summary>
    public int Lasts { get; private set; }

    /// <summary>Feeds bytes piece by piece, as a pipe would: what is not consumed comes again in front of the next piece.</summary>
    public static CoolFrameRecorder Decode(byte[] bytes, params int[] splits) => Decode(bytes, take: null, splits);

    /// <inheritdoc cref="Decode(byte[], int[])"/>
    /// <param name="bytes">What a peer sent.</param>
    /// <param name="take">How many bytes are taken of a part of this length.</param>
    /// <param name="splits">Where the pieces end.</param>
    public static CoolFrameRecorder Decode(byte[] bytes, Func<long, long>? take, params int[] splits)
    {
        var recorder = new CoolFrameRecorder(take);
        var decoder = new CoolFrameDecoder(recorder);
        var consumed = 0;
        foreach (var end in splits.Append(bytes.Length))
        {
            bool isBlocked;
            do
            {
                var piece = Segments(bytes.AsMemory(consumed, end - consumed), 7);
                consumed += (int)piece.Slice(piece.Start, decoder.Decode(piece, out isBlocked)).Length;
            }
            while (isBlocked);
        }

        return recorder;
    }

    public string Describe() => string.Join('\n', Frames.Select(frame => $"{frame.Frame} {Convert.ToHexString(frame.Data)}"));

    public void OnFrame(in CoolFrame frame) => Frames.Add((frame, []));

    public long OnData(in ReadOnlySequence<byte> part, bool isLast)
    {
        Assert.False(part.IsEmpty);
        var taken = _take(part.Length);
        var (frame, data) = Frames[^1];
        Frames[^1] = (frame, [.. data, .. part.Slice(0, taken).ToArray()]);
        Lasts += isLast && taken == part.Length ? 1 : 0;
        return taken;
    }

    private static ReadOnlySequence<byte> Segments(ReadOnlyMemory<byte> bytes, int size)
    {
        var first = new Segment(bytes[..Math.Min(size, bytes.Length)], 0);
        var last = first;
        for (var at = first.Memory.Length; at < bytes.Length; at += last.Memory.Length)
        {
            last = last.Append(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
