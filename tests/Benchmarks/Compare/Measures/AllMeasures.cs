namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>The measures, in the order in which a round takes them.</summary>
internal static class AllMeasures
{
    /// <summary>All of them, possible here or not.</summary>
    public static IReadOnlyList<IMeasure> Create() =>
    [
        new BulkMeasure(),
        new HttpMeasure(),
        new ConnectionsMeasure(),
        new EchoMeasure(),
        new StoppedReadersMeasure(),
        new IdleMeasure(),
        new StartMeasure(),
        new LineMeasure(),
    ];
}
