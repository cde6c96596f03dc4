using System.Buffers;

namespace Tunnel.Fuzz.Feeding;

/// <summary>Cuts inputs as a network would. Where it cuts follows from the bytes alone, so that a replay cuts alike.</summary>
internal static class Split
{
    /// <summary>The input in pieces, some of them a byte long; no piece is empty.</summary>
    public static IEnumerable<byte[]> Pieces(byte[] bytes)
    {
        var state = Seed(bytes);
        for (var at = 0; at < bytes.Length;)
        {
            // xorshift: cheap, and the same everywhere.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var most = (state & 0x300) == 0 ? bytes.Length : (state & 0x400) == 0 ? 3 : 64;
            var length = Math.Min(bytes.Length - at, 1 + (int)((state >> 11) % (uint)most));
            yield return bytes[at..(at + length)];
            at += length;
        }
    }

    /// <summary>The input as a sequence of several segments, some of them empty.</summary>
    public static ReadOnlySequence<byte> Sequence(byte[] bytes)
    {
        ByteSegment? first = null;
        ByteSegment? last = null;
        foreach (var piece in Pieces(bytes))
        {
            last = last is null ? first = new ByteSegment(piece, 0) : last.Append(piece);
            if ((piece[0] & 7) == 0)
            {
                last = last.Append(ReadOnlyMemory<byte>.Empty);
            }
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private static ulong Seed(byte[] bytes)
    {
        var hash = 14695981039346656037ul;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash | 1;
    }
}
