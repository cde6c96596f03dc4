using System.Buffers;

namespace Tunnel.Shared.Datagrams;

/// <summary>One block of a <see cref="DatagramQueue"/>: first it is filled, then, sealed, it is handed to the reader.</summary>
internal sealed class DatagramSegment(IMemoryOwner<byte> owner, int size) : ReadOnlySequenceSegment<byte>
{
    /// <summary>Bytes that are in it.</summary>
    public int Written { get; private set; }

    public int Room => size - Written;

    public DatagramSegment? NextSegment => (DatagramSegment?)Next;

    /// <summary>Takes as much as fits and returns how much that is.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Room);
        bytes[..count].CopyTo(owner.Memory.Span[Written..]);
        Written += count;
        return count;
    }

    /// <summary>Makes it the last of those that are filled.</summary>
    public void Link(DatagramSegment next) => Next = next;

    /// <summary>It is full, or the reader takes it as it is, from <paramref name="start"/> on.</summary>
    public void Seal(DatagramSegment? before, int start)
    {
        Memory = owner.Memory[start..Written];
        if (before is not null)
        {
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }

    public void Release() => owner.Dispose();
}
