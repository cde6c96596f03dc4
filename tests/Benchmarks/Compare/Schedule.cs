using System.Diagnostics;
using Tunnel.Benchmarks.Compare.Measures;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Compare.Report;

namespace Tunnel.Benchmarks.Compare;

/// <summary>The order of a run: what is compared is measured as close together in time as possible.</summary>
internal static class Schedule
{
    /// <summary>Takes every round, measure and peer in turn. A cell that fails or takes too long is noted, and the run goes on.</summary>
    public static async Task RunAsync(
        CompareOptions options, IReadOnlyList<ITunnelPeer> peers, IReadOnlyList<IMeasure> measures, Bench bench, Results results)
    {
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var measure in measures)
            {
                // Nobody is always the one behind the same neighbour's heat.
                for (var turn = 0; turn < peers.Count; turn++)
                {
                    var cell = new Cell(bench, peers[(turn + round - 1) % peers.Count], round, options.Duration);
                    await RunAsync(measure, cell, round, results);
                }
            }
        }
    }

    private static async Task RunAsync(IMeasure measure, Cell cell, int round, Results results)
    {
        var watch = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(measure.Limit(cell.Duration));
        var outcome = "";
        try
        {
            // The second wait is for measures that do not hear the token.
            await Task.Run(() => measure.MeasureAsync(cell, limit.Token)).WaitAsync(measure.Limit(cell.Duration) + TimeSpan.FromSeconds(5));
            outcome = string.Join(", ", cell.Figures.Select(static f => $"{f.Row} {Table.Text(f.Value)} {f.Unit}"));
        }
        catch (Exception e)
        {
            outcome = e is OperationCanceledException ? $"given up after {watch.Elapsed.TotalSeconds:0} s" : e.Message;
            results.Add(new Failure(measure.Name, cell.Peer.Name, round, outcome));
            outcome = $"FAILED: {outcome}";
        }

        // What was measured before a failure counts.
        results.Add(cell.Figures);

        Console.WriteLine($"round {round} {measure.Name} {cell.Peer.Name}: {outcome}");
    }
}
