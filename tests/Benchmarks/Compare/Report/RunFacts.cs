using System.Text.Json;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>What has to be known to compare a run with another one.</summary>
internal sealed record RunFacts(DateTimeOffset Date, string Commit, Machine Machine, IReadOnlyDictionary<string, string> Versions, int Rounds, double Seconds)
{
    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Asks the programs that take part.</summary>
    public static async Task<RunFacts> CollectAsync(CompareOptions options, IEnumerable<ITunnelPeer> peers)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var peer in peers)
        {
            if (peer.Version is var (file, arguments))
            {
                versions[peer.Name] = await FirstLineAsync(file, arguments);
            }
        }

        foreach (var tool in (string[])["nginx", "wrk"])
        {
            if (Testing.Peers.Peer.Find(tool) is { } file)
            {
                versions[tool] = await FirstLineAsync(file, ["-v"]);
            }
        }

        // An uncommitted change is named, so that nobody takes the figures for the commit's.
        var commit = await FirstLineAsync("git", ["-C", Repository.Root, "describe", "--always", "--abbrev=12", "--dirty", "--exclude=*"]);
        return new RunFacts(DateTimeOffset.UtcNow, commit, Machine.Current, versions, options.Rounds, options.Duration.TotalSeconds);
    }

    /// <summary>Writes everything: these facts, the medians, each figure.</summary>
    public async Task WriteAsync(string file, Results results)
    {
        var medians = results.Figures.GroupBy(static f => (f.Row, f.Unit, f.Peer))
            .Select(static group => new { group.Key.Row, group.Key.Unit, group.Key.Peer, Median = Statistics.Median(group.Select(static f => f.Value)) });
        await File.WriteAllTextAsync(
            file,
            JsonSerializer.Serialize(new { Date, Commit, Machine, Versions, Rounds, Seconds, medians, results.Figures, results.Failures }, Written));
    }

    private static async Task<string> FirstLineAsync(string file, string[] arguments)
    {
        try
        {
            var result = await Tool.RunAsync(file, arguments);
            return (result.Text + result.Error).Split('\n')[0].Trim();
        }
        catch (Exception e)
        {
            return $"unknown ({e.Message})";
        }
    }
}
