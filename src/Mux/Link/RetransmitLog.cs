using System.Buffers;
using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Link;

/// <summary>
/// The bytes of a session from the first that the peer has not acknowledged to the last that was written. They are written into
/// the blocks they are sent from, and sent again from: nothing is copied for it. Not thread-safe; the link's writer owns it.
/// </summary>
/// <remarks>
/// Positions count the bytes of the session from its beginning. Each block begins with room for the header of a record: bytes
/// that fill blocks leave with their header as one piece.
/// </remarks>
internal sealed class RetransmitLog(MemoryPool<byte> pool, int blockBytes, MemoryCeiling ceiling)
{
    // A ring: _count blocks from _first on.
    private Block[] _blocks = new Block[4];
    private int _first;
    private int _count;

    /// <summary>Where the kept bytes begin.</summary>
    public long Begin { get; private set; }

    /// <summary>Where they end.</summary>
    public long End { get; private set; }

    /// <summary>Room for at least so many bytes behind <see cref="End"/>.</summary>
    public Memory<byte> GetMemory(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_count > 0 && Last.Room >= needed)
        {
            return Last.Free;
        }

        var size = Math.Max(LinkRecord.HeaderSize + needed, Math.Min(blockBytes, pool.MaxBufferSize));
        var owner = size <= pool.MaxBufferSize ? pool.Rent(size) : MemoryPool<byte>.Shared.Rent(size);
        ceiling.Take(owner.Memory.Length);
        Add(new Block(owner, End));
        return Last.Free;
    }

    /// <summary>So many bytes of what <see cref="GetMemory"/> gave were written.</summary>
    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes == 0)
        {
            return;
        }

        Last.Length += bytes;
        End += bytes;
    }

    /// <summary>Lets go of everything before a position.</summary>
    public void Release(long position)
    {
        Begin = Math.Clamp(position, Begin, End);
        while (_count > 0 && _blocks[_first] is var block && block.Start + block.Length <= Begin && (block.Length > 0 || Begin == End))
        {
            ceiling.Release(block.Owner.Memory.Length);
            block.Owner.Dispose();
            _blocks[_first] = null!;
            _first = (_first + 1) % _blocks.Length;
            _count--;
        }
    }

    /// <summary>The memory from a position to the end of its block, or to <see cref="End"/>; empty there.</summary>
    public ReadOnlyMemory<byte> Slice(long position) => Find(position) is { } block ? block.From((int)(position - block.Start)) : default;

    /// <summary>The same with room for a record's header before it; empty where a block does not begin there.</summary>
    public Memory<byte> SliceWithRoom(long position) => Find(position) is { } block && block.Start == position ? block.WithRoom : default;

    /// <summary>Lets go of everything.</summary>
    public void Clear() => Release(End);

    private Block Last => _blocks[(_first + _count - 1) % _blocks.Length];

    private Block? Find(long position)
    {
        // What is sent is near the end, what is sent again near the beginning: from the end is right for all but the latter.
        for (var i = _count - 1; i >= 0; i--)
        {
            var block = _blocks[(_first + i) % _blocks.Length];
            if (block.Start <= position)
            {
                return block;
            }
        }

        return null;
    }

    private void Add(Block block)
    {
        if (_count == _blocks.Length)
        {
            var larger = new Block[_blocks.Length * 2];
            for (var i = 0; i < _count; i++)
            {
                larger[i] = _blocks[(_first + i) % _blocks.Length];
            }

            _blocks = larger;
            _first = 0;
        }

        _count++;
        _blocks[(_first + _count - 1) % _blocks.Length] = block;
    }

    private sealed class Block(IMemoryOwner<byte> owner, long start)
    {
        public IMemoryOwner<byte> Owner => owner;

        public long Start => start;

        public int Length { get; set; }

        public int Room => owner.Memory.Length - LinkRecord.HeaderSize - Length;

        public Memory<byte> Free => owner.Memory[(LinkRecord.HeaderSize + Length)..];

        public Memory<byte> WithRoom => Length == 0 ? default : owner.Memory[..(LinkRecord.HeaderSize + Length)];

        public ReadOnlyMemory<byte> From(int offset) =>
            offset < Length ? owner.Memory.Slice(LinkRecord.HeaderSize + offset, Length - offset) : default;
    }
}
