using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>As many bytes as possible on one stream and on eight, down and up.</summary>
internal sealed class BulkMeasure : IMeasure
{
    /// <summary>Windows, buffers and TCP find their sizes first.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    /// <summary>In each direction before the first cell: programs are compared as they run for days, not as a compiler still works on them.</summary>
    private static readonly TimeSpan RunUp = TimeSpan.FromSeconds(3);

    private readonly (int Streams, bool Up, Row Rate, Row Cpu, Row? Fairness)[] _parts =
        [Part(1, up: false), Part(1, up: true), Part(8, up: false), Part(8, up: true)];

    /// <inheritdoc/>
    public string Name => "bulk";

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [.. _parts.SelectMany(static part => new[] { part.Rate, part.Cpu, part.Fairness }).OfType<Row>()];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => (2 * RunUp) + (_parts.Length * (WarmUp + duration)) + TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        var peer = await cell.StandingAsync(cancellation);
        foreach (var up in (bool[])[false, true])
        {
            using var load = new BulkLoad(peer, cell.Target, _parts[^1].Streams, up);
            await Task.Delay(RunUp, cancellation);
        }

        foreach (var part in _parts)
        {
            var figures = await BulkLoad.MeasureAsync(peer, cell.Target, part.Streams, part.Up, WarmUp, cell.Duration, cancellation);
            cell.Add(part.Rate, figures.MegabytesPerSecond);
            if (figures.CpuPerGiB is { } cpu)
            {
                cell.Add(part.Cpu, cpu);
            }

            if (part.Fairness is not null)
            {
                cell.Add(part.Fairness, figures.Fairness);
            }
        }
    }

    private static (int Streams, bool Up, Row Rate, Row Cpu, Row? Fairness) Part(int streams, bool up)
    {
        var name = $"bulk {streams} {(up ? "up" : "down")}";
        return (
            streams,
            up,
            new Row(name, "MB/s", Goal.Each(atLeast: true, plain: 0.65, tls: 0.40, against: "haproxy2")),
            new Row($"{name} cpu", "s/GiB", [.. Goal.Each(atLeast: false, plain: 1.0, tls: 1.6), .. Goal.LinkOverhead(1.03)]),
            streams > 1 ? new Row($"{name} fairness", "slowest/fastest", Goal.Both(atLeast: true, 0.8)) : null);
    }
}
