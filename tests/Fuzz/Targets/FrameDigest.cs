using System.Buffers;
using Tunnel.Mux.Framing;

namespace Tunnel.Fuzz.Targets;

/// <summary>A hash of what a decoder found, the same however data was split.</summary>
internal sealed class FrameDigest : IFrameHandler
{
    private const ulong Prime = 1099511628211;

    private uint? _stream;

    public ulong Value { get; private set; } = 14695981039346656037;

    /// <summary>One bit for each kind of frame that was seen.</summary>
    public int Kinds { get; private set; }

    public void OnPreface(Preface preface)
    {
        Add(preface.InitialWindow);
        Add(preface.MaxStreams);
    }

    public void OnData(uint streamId, in ReadOnlySequence<byte> part, bool fin)
    {
        Kinds |= fin ? 1 << 16 : 1;
        if (_stream != streamId)
        {
            Add(streamId);
            _stream = streamId;
        }

        foreach (var memory in part)
        {
            foreach (var value in memory.Span)
            {
                Add(value);
            }
        }

        if (fin)
        {
            Add(ulong.MaxValue);
        }
    }

    public void OnControl(FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        _stream = null;
        Kinds |= 1 << (int)header.Type;
        Span<byte> head = stackalloc byte[FrameHeader.Size];
        header.Write(head);
        foreach (var value in head)
        {
            Add(value);
        }

        foreach (var memory in payload)
        {
            foreach (var value in memory.Span)
            {
                Add(value);
            }
        }
    }

    private void Add(ulong value) => Value = (Value ^ value) * Prime;
}
