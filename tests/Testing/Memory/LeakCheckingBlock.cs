using System.Buffers;

namespace Tunnel.Testing.Memory;

/// <summary>One block of a <see cref="LeakCheckingPool"/>.</summary>
internal sealed class LeakCheckingBlock : IMemoryOwner<byte>
{
    private readonly LeakCheckingPool _pool;
    private readonly byte[] _bytes;
    private volatile bool _returned;

    public LeakCheckingBlock(LeakCheckingPool pool, int size)
    {
        _pool = pool;
        _bytes = new byte[size];
    }

    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_returned, this);
            return _bytes;
        }
    }

    public void Dispose()
    {
        _pool.Return(this);
        _returned = true;
        _bytes.AsSpan().Fill(LeakCheckingPool.Poison);
    }
}
