using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare.Measures;

/// <summary>What a download loses, and what memory grows, beside ten downloads whose readers have stopped.</summary>
internal sealed class StoppedReadersMeasure : IMeasure
{
    private const int Readers = 10;

    /// <summary>Long enough for everything on the way to be full.</summary>
    private static readonly TimeSpan Filling = TimeSpan.FromSeconds(1);

    private readonly Row _share = new("beside stopped readers", "% of 1 down", Goal.Both(atLeast: true, 95));
    private readonly Row _growth = new("stopped readers memory", "MiB", Goal.Both(atLeast: false, 20));

    /// <inheritdoc/>
    public string Name => "stopped";

    /// <inheritdoc/>
    public IReadOnlyList<Row> Rows => [_share, _growth];

    /// <inheritdoc/>
    public TimeSpan Limit(TimeSpan duration) => (2 * (BulkMeasure.WarmUp + duration)) + Filling + TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public async Task MeasureAsync(Cell cell, CancellationToken cancellation)
    {
        var peer = await cell.StandingAsync(cancellation);
        var alone = await BulkLoad.MeasureAsync(peer, cell.Target, 1, up: false, BulkMeasure.WarmUp, cell.Duration, cancellation);
        var before = peer.ProportionalMiB();
        var stopped = new List<Socket>();
        try
        {
            for (var reader = 0; reader < Readers; reader++)
            {
                var socket = peer.Site.Visit(peer.Doors[0]);
                stopped.Add(socket);
                socket.Send([(byte)LoadMode.Send, 0]);
            }

            await Task.Delay(Filling, cancellation);
            var beside = await BulkLoad.MeasureAsync(peer, cell.Target, 1, up: false, BulkMeasure.WarmUp, cell.Duration, cancellation);
            cell.Add(_share, 100 * beside.MegabytesPerSecond / alone.MegabytesPerSecond);
            if (peer.HasProcesses)
            {
                cell.Add(_growth, peer.ProportionalMiB() - before);
            }
        }
        finally
        {
            stopped.ForEach(static socket => socket.Dispose());
        }
    }
}
