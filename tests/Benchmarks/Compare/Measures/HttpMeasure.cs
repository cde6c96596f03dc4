using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>Requests on 32 connections that stay open.</summary>
internal sealed class HttpMeasure : IMeasure
{
    private readonly (string Path, Row Rate, Row Latency)[] _parts = [Part("1k"), Part("64k")];

    /// <inheritdoc/>
    public string Name => "http";

    /// <inheritdoc/>
    public string? Missing => Wrk.Missing ?? Nginx.Missing;

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [.. _parts.SelectMany(static part => new[] { part.Rate, part.Latency })];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => (_parts.Length * duration) + TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        var peer = await cell.StandingAsync(cancellation);
        foreach (var (path, rate, latency) in _parts)
        {
            var figures = await Wrk.RunAsync(peer.Doors[Bench.HttpDoor], path, cell.Duration, closing: false);
            cell.Add(rate, figures.RequestsPerSecond);
            cell.Add(latency, figures.P99Milliseconds);
        }
    }

    private static (string Path, Row Rate, Row Latency) Part(string size) => (
        $"/{size}",
        new Row($"http {size}", "requests/s", Goal.Both(atLeast: true, 0.9, "haproxy2")),
        new Row($"http {size} p99", "ms", Goal.Both(atLeast: false, 2, "haproxy2")));
}
