using System.Buffers;

namespace Tunnel.Shared.Transport;

/// <summary>A block that a socket was read into, and its place among those that were not consumed yet.</summary>
internal sealed class ReadSegment : ReadOnlySequenceSegment<byte>
{
    private IMemoryOwner<byte>? _owner;
    private byte[]? _array;
    private Memory<byte> _block;

    /// <summary>How much of the block was read into.</summary>
    public int Length { get; private set; }

    /// <summary>What is still free.</summary>
    public Memory<byte> Free => _block[Length..];

    public new ReadSegment? Next => (ReadSegment?)base.Next;

    /// <summary>Takes a block of at least so many bytes: from the pool, or where those are smaller, from what all share.</summary>
    public void Rent(MemoryPool<byte> pool, int bytes)
    {
        if (bytes <= pool.MaxBufferSize)
        {
            _owner = pool.Rent(bytes);
            _block = _owner.Memory;
        }
        else
        {
            _array = ArrayPool<byte>.Shared.Rent(bytes);
            _block = _array.AsMemory(0, bytes);
        }

        Memory = default;
    }

    /// <summary>So many bytes were read into <see cref="Free"/>.</summary>
    public void Advance(int bytes)
    {
        Length += bytes;
        Memory = _block[..Length];
    }

    /// <summary>Says what comes behind.</summary>
    public void Append(ReadSegment next)
    {
        next.RunningIndex = RunningIndex + Length;
        base.Next = next;
    }

    /// <summary>Gives the block back; the segment can be used for another one.</summary>
    public void Return()
    {
        _owner?.Dispose();
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _owner = null;
        _array = null;
        _block = default;
        Memory = default;
        Length = 0;
        RunningIndex = 0;
        base.Next = null;
    }
}
