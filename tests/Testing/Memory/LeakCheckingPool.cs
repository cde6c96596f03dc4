using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tunnel.Testing.Memory;

/// <summary>
/// A pool for tests: disposing it fails when a block was not returned; returning a block twice, or using one after its
/// return, fails where it happens.
/// </summary>
/// <remarks>A returned block is filled with <see cref="Poison"/> and never rented again, so a stale reader reads rubbish.</remarks>
public sealed class LeakCheckingPool : MemoryPool<byte>
{
    /// <summary>What a returned block is filled with.</summary>
    public const byte Poison = 0xDB;

    private const int MaxReportedLeaks = 3;

    private readonly ConcurrentDictionary<LeakCheckingBlock, StackTrace?> _rented = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly int _blockSize;
    private readonly bool _traceRents;
    private long _rents;
    private bool _disposed;

    /// <summary>A pool of blocks of one size.</summary>
    /// <param name="blockSize">Bytes of every block.</param>
    /// <param name="traceRents">Remember where each block was rented; slow, for finding a leak that is known to exist.</param>
    public LeakCheckingPool(int blockSize = 16 * 1024, bool traceRents = false)
    {
        _blockSize = blockSize;
        _traceRents = traceRents;
    }

    /// <inheritdoc/>
    public override int MaxBufferSize => _blockSize;

    /// <summary>Blocks rented and not yet returned.</summary>
    public int Outstanding => _rented.Count;

    /// <summary>Blocks rented since the start.</summary>
    public long Rents => Interlocked.Read(ref _rents);

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, _blockSize);
        Interlocked.Increment(ref _rents);
        var block = new LeakCheckingBlock(this, _blockSize);
        _rented[block] = _traceRents ? new StackTrace(1, fNeedFileInfo: true) : null;
        return block;
    }

    /// <summary>Fails when a block is out or was ever returned twice.</summary>
    public void AssertAllReturned()
    {
        Assert.True(_faults.IsEmpty, string.Join('\n', _faults));
        var leaks = _rented.ToArray();
        var where = leaks.Where(l => l.Value is not null).Take(MaxReportedLeaks).Select(l => $"\nrented at:\n{l.Value}");
        Assert.True(leaks.Length == 0, $"{leaks.Length} of {Rents} blocks were not returned{string.Concat(where)}");
    }

    internal void Return(LeakCheckingBlock block)
    {
        if (!_rented.TryRemove(block, out _))
        {
            const string Fault = "a block was returned twice";
            _faults.Enqueue($"{Fault}, at:\n{new StackTrace(2, fNeedFileInfo: true)}");
            throw new InvalidOperationException(Fault);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        AssertAllReturned();
    }
}
