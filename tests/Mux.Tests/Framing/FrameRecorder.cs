using System.Buffers;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Framing;

/// <summary>Writes down what a decoder finds; parts of one data frame are joined, so that splits do not show.</summary>
internal sealed class FrameRecorder : IFrameHandler
{
    private readonly List<string> _events = [];
    private string _openData = "";

    public IReadOnlyList<string> Events => _openData.Length == 0 ? _events : [.. _events, _openData];

    /// <summary>Feeds bytes piece by piece, as a pipe would: what is not consumed comes again in front of the next piece.</summary>
    public static FrameRecorder Decode(byte[] bytes, params int[] splits)
    {
        var recorder = new FrameRecorder();
        var decoder = new FrameDecoder(recorder);
        var consumed = 0;
        foreach (var end in splits.Append(bytes.Length))
        {
            var piece = Segments(bytes.AsMemory(consumed, end - consumed), 7);
            consumed += (int)piece.Slice(piece.Start, decoder.Decode(piece)).Length;
        }

        return recorder;
    }

    public void OnPreface(Preface preface) => Add(preface.ToString());

    public void OnData(uint streamId, in ReadOnlySequence<byte> part, bool fin)
    {
        var name = $"data {streamId}: ";
        if (!_openData.StartsWith(name, StringComparison.Ordinal))
        {
            Add("");
            _openData = name;
        }

        _openData += Convert.ToHexString(part.ToArray());
        if (fin)
        {
            Add("end");
        }
    }

    public void OnControl(FrameHeader header, in ReadOnlySequence<byte> payload) => Add($"{header} {Convert.ToHexString(payload.ToArray())}");

    private void Add(string text)
    {
        if (_openData.Length > 0)
        {
            _events.Add(_openData);
            _openData = "";
        }

        if (text.Length > 0)
        {
            _events.Add(text);
        }
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
