using System.Buffers;

namespace Tunnel.Shared.Tests.Transport;

/// <summary>A pool of fixed blocks that counts those in use.</summary>
internal sealed class TrackingPool(int blockBytes = 16 * 1024) : MemoryPool<byte>
{
    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public override int MaxBufferSize => blockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockBytes);
        Interlocked.Increment(ref _rented);
        return new Block(this, new byte[blockBytes]);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(TrackingPool pool, byte[] memory) : IMemoryOwner<byte>
    {
        private int _returned;

        public Memory<byte> Memory => memory;

        public void Dispose()
        {
            Assert.Equal(0, Interlocked.Exchange(ref _returned, 1));

            // A reader that looks at a returned block must not find what it expects.
            memory.AsSpan().Fill(0xDD);
            Interlocked.Decrement(ref pool._rented);
        }
    }
}
