using System.Buffers;
using System.Collections.Concurrent;
using Tunnel.Mux.Buffers;

namespace Tunnel.Testing.Pipes;

/// <summary>
/// A pool for tests: knows what is rented, notes a block that is returned twice, and overwrites a returned block, so that
/// whoever still uses it reads rubbish.
/// </summary>
public sealed class TrackingPool : MemoryPool<byte>
{
    private const byte Rubbish = 0xDD;

    private readonly ConcurrentQueue<string> _faults = new();
    private long _rented;
    private long _everRented;

    public override int MaxBufferSize => BlockPool.BlockSize;

    /// <summary>Blocks that are rented now.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Blocks that were ever rented.</summary>
    public long EverRented => Interlocked.Read(ref _everRented);

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        Interlocked.Increment(ref _rented);
        Interlocked.Increment(ref _everRented);
        return new Block(this);
    }

    /// <exception cref="InvalidOperationException">A block is rented still, or was returned twice.</exception>
    public void AssertAllReturned()
    {
        if (_faults.TryPeek(out var fault))
        {
            throw new InvalidOperationException(fault);
        }

        if (Rented != 0)
        {
            throw new InvalidOperationException($"{Rented} of {EverRented} blocks were not returned to the pool.");
        }
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(TrackingPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _array = ArrayPool<byte>.Shared.Rent(BlockPool.BlockSize);
        private int _returned;

        public Memory<byte> Memory => _array.AsMemory(0, BlockPool.BlockSize);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) != 0)
            {
                pool._faults.Enqueue($"A block was returned twice: {Environment.StackTrace}");
                return;
            }

            _array.AsSpan().Fill(Rubbish);
            Interlocked.Decrement(ref pool._rented);

            // The array may serve the next block: each block's owner is an object of its own, so a double return is still seen.
            ArrayPool<byte>.Shared.Return(_array);
        }
    }
}
