using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>How long a small message and its answer take, alone and beside a bulk download.</summary>
internal sealed class EchoMeasure : IMeasure
{
    private const int Rounds = 5000;

    private readonly Row _alone = new("echo p50", "us", Goal.Both(atLeast: false, 1.4, "haproxy2"));
    private readonly Row _besideBulk = new("echo beside bulk p99", "ms", Goal.Both(atLeast: false, 2));

    /// <inheritdoc/>
    public string Name => "echo";

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [_alone, _besideBulk];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => (3 * duration) + TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        var peer = await cell.StandingAsync(cancellation);
        var alone = await EchoLoad.RunAsync(peer, Rounds, TimeSpan.FromSeconds(10), cancellation);
        cell.Add(_alone, Statistics.Percentile(alone, 0.5));

        using var bulk = new BulkLoad(peer, cell.Target, streams: 1, up: false);
        await Task.Delay(BulkMeasure.WarmUp, cancellation);
        var beside = await EchoLoad.RunAsync(peer, int.MaxValue, cell.Duration, cancellation);
        cell.Add(_besideBulk, Statistics.Percentile(beside, 0.99) / 1000);
    }
}
