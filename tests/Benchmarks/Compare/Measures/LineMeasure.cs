using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Compare.Report;
using Tunnel.Testing.Faults;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>Downloads over a line of 1 Gbit/s with a round trip of 50 ms, by what may cross one.</summary>
internal sealed class LineMeasure : IMeasure
{
    /// <summary>Windows that grow from round trip to round trip need that long.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);

    private static readonly DelayLineOptions Line = new() { Delay = TimeSpan.FromMilliseconds(25), BitsPerSecond = 1_000_000_000 };

    private readonly (int Streams, Row Rate)[] _parts = [Part(1), Part(8)];

    /// <inheritdoc/>
    public string Name => "line";

    /// <inheritdoc/>
    public string? Missing => NetworkNamespace.Unavailable;

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [.. _parts.Select(static part => part.Rate)];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => (_parts.Length * (WarmUp + Window)) + TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        if (cell.Peer.NeedsLoopback)
        {
            return;
        }

        using var network = await FaultNetwork.CreateAsync(Line);
        var site = new Site(cell.Site.NewFolder(), network);
        using var target = new BlockingTarget(site);
        await using var peer = cell.Peer.Start(site, [target.Port]);
        await peer.WaitUntilReadyAsync(cancellation);
        foreach (var (streams, rate) in _parts)
        {
            cell.Add(rate, (await BulkLoad.MeasureAsync(peer, target, streams, up: false, WarmUp, Window, cancellation)).MegabytesPerSecond);
        }
    }

    private static (int Streams, Row Rate) Part(int streams) =>
        (streams, new Row($"line 50 ms, {streams} down", "MB/s", Goal.Both(atLeast: true, 0.95, "direct")));
}
