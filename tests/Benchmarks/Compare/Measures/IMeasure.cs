using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>Something that is measured of every peer in every round.</summary>
internal interface IMeasure
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it adds to the table.</summary>
    IReadOnlyList<Row> Rows { get; }

    /// <summary>Why it cannot be measured here, null when it can.</summary>
    string? Missing => null;

    /// <summary>When a cell is given up.</summary>
    TimeSpan Limit(TimeSpan duration);

    /// <summary>Measures one peer.</summary>
    Task MeasureAsync(Cell cell, CancellationToken cancellation);
}
