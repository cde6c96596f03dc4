using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>Requests that each have a connection of their own, 32 at a time.</summary>
internal sealed class ConnectionsMeasure : IMeasure
{
    private readonly Row _rate = new("connections", "new/s", Goal.Both(atLeast: true, 0.9, "haproxy2"));

    /// <inheritdoc/>
    public string Name => "connections";

    /// <inheritdoc/>
    public string? Missing => Wrk.Missing ?? Nginx.Missing;

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [_rate];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => duration + TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        var peer = await cell.StandingAsync(cancellation);
        cell.Add(_rate, (await Wrk.RunAsync(peer.Doors[Bench.HttpDoor], "/1k", cell.Duration, closing: true)).RequestsPerSecond);
    }
}
