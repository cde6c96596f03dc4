using System.Diagnostics;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>From the start of both sides at once to the first byte that comes back.</summary>
internal sealed class StartMeasure : IMeasure
{
    private readonly Row _time = new("start", "ms", Goal.Both(atLeast: false, 300));

    /// <inheritdoc/>
    public string Name => "start";

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [_time];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        // The making of configurations and keys is in it, which is nothing except for ssh.
        var watch = Stopwatch.StartNew();
        await using var peer = cell.Peer.Start(cell.Site, [cell.Target.Port]);
        await peer.WaitUntilReadyAsync(cancellation);
        cell.Add(_time, watch.Elapsed.TotalMilliseconds);
    }
}
