using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>The memory of processes that do nothing, alone and for each visitor that does nothing.</summary>
internal sealed class IdleMeasure : IMeasure
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>For what the last visitors left to be done.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Row _alone = new("idle memory", "MiB", Goal.Both(atLeast: false, 60));
    private readonly (int Visitors, Row Each)[] _crowds = [Crowd(1000), Crowd(10_000)];

    /// <inheritdoc/>
    public string Name => "idle";

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [_alone, .. _crowds.Select(static crowd => crowd.Each)];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => TimeSpan.FromSeconds(90);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        await using var target = await EchoTarget.StartAsync();
        await using var peer = cell.Peer.Start(cell.Site, [target.Port]);
        await peer.WaitUntilReadyAsync(cancellation);
        if (!peer.HasProcesses)
        {
            return;
        }

        await Task.Delay(Quiet, cancellation);
        var alone = peer.ProportionalMiB();
        cell.Add(_alone, alone);
        using var visitors = new IdleVisitors(peer);
        foreach (var (count, each) in _crowds)
        {
            await visitors.GrowAsync(count, cancellation);
            await Task.Delay(Settling, cancellation);
            cell.Add(each, (peer.ProportionalMiB() - alone) * 1024 / count);
        }
    }

    private static (int Visitors, Row Each) Crowd(int visitors) =>
        (visitors, new Row($"memory of {visitors} visitors", "KiB each", Goal.Both(atLeast: false, 12)));
}
