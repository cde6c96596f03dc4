using BenchmarkDotNet.Attributes;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Flow;

namespace Tunnel.Benchmarks;

/// <summary>What flow control and the pool cost per frame and per return of credit.</summary>
public class WindowBenchmarks
{
    private const int Frame = 16 * 1024;
    private const int Window = 256 * 1024;

    private readonly WindowBudget _budget = new(64 * 1024 * 1024, Window, MemoryCeiling.None);
    private readonly ReceiveWindow _window = new(Window, Window, TimeSpan.Zero);

    [Benchmark]
    public int ReceiveAndReturnCredit()
    {
        _window.TryReceive(Frame);
        _window.MarkStarved();
        return _window.Consume(Frame) ? _window.TakeGrant(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1), _budget) : 0;
    }

    [Benchmark]
    public void RentAndReturnBlock() => BlockPool.Default.Rent().Dispose();
}
