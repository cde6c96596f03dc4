using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>One measure of one peer in one round.</summary>
internal sealed class Cell(Bench bench, ITunnelPeer peer, int round, TimeSpan duration)
{
    private readonly List<Figure> _figures = [];
    private readonly Lock _lock = new(); // guards _figures: a measure that is given up may still run

    /// <summary>Who is measured.</summary>
    public ITunnelPeer Peer => peer;

    /// <summary>How long.</summary>
    public TimeSpan Duration => duration;

    /// <summary>Where everything runs.</summary>
    public Site Site => bench.Site;

    /// <summary>What is behind the first door.</summary>
    public BlockingTarget Target => bench.Target;

    /// <summary>What has been measured.</summary>
    public IReadOnlyList<Figure> Figures
    {
        get
        {
            lock (_lock)
            {
                return [.. _figures];
            }
        }
    }

    /// <summary>The peer's processes that run as long as the whole comparison.</summary>
    public Task<RunningPeer> StandingAsync(CancellationToken cancellation) => bench.StandingAsync(peer, cancellation);

    /// <summary>Notes a figure.</summary>
    public void Add(Row row, double value)
    {
        lock (_lock)
        {
            _figures.Add(new Figure(row.Name, row.Unit, peer.Name, round, value));
        }
    }
}
