using System.Globalization;
using Tunnel.Benchmarks.Compare.Measures;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Benchmarks.Compare.Report;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare;

/// <summary>Measures our two programs beside other tunnels, in turn, as whole processes.</summary>
internal static class CompareProgram
{
    /// <summary>For ten thousand visitors: two descriptors each in a haproxy, and a few more.</summary>
    private const int Descriptors = 65_536;

    /// <returns>An exit code: 0 where every cell has a figure.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CompareOptions.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(CompareOptions.Usage);
            return 2;
        }

        var (peers, measures) = (AllPeers.Create(options.Binaries), AllMeasures.Create());
        var unknown = (options.Peers ?? []).Except(peers.Select(static p => p.Name))
            .Concat((options.Measures ?? []).Except(measures.Select(static m => m.Name))).ToArray();
        if (unknown.Length > 0)
        {
            await Console.Error.WriteLineAsync($"unknown: {string.Join(", ", unknown)}; --list shows the names");
            return 2;
        }

        peers = [.. peers.Where(p => options.Peers?.Contains(p.Name) != false)];
        measures = [.. measures.Where(m => options.Measures?.Contains(m.Name) != false)];
        foreach (var (kind, name, missing) in peers.Select(static p => ("peer", p.Name, p.Missing))
            .Concat(measures.Select(static m => ("measure", m.Name, m.Missing))))
        {
            if (options.List || missing is not null)
            {
                Console.WriteLine($"{kind} {name}{(missing is null ? "" : $": left out, {missing}")}");
            }
        }

        return options.List ? 0 : await RunAsync(options, [.. peers.Where(static p => p.Missing is null)], [.. measures.Where(static m => m.Missing is null)]);
    }

    private static async Task<int> RunAsync(CompareOptions options, IReadOnlyList<ITunnelPeer> peers, IReadOnlyList<IMeasure> measures)
    {
        await RaiseDescriptorsAsync();
        var facts = await RunFacts.CollectAsync(options, peers);
        Console.WriteLine(
            $"{facts.Date:u}, commit {facts.Commit}\n{facts.Machine.Cpu}, {facts.Machine.Cores} cores, Linux {facts.Machine.Kernel}, {facts.Machine.Runtime}");
        foreach (var (name, version) in facts.Versions)
        {
            Console.WriteLine($"  {name}: {version}");
        }

        var folder = Directory.CreateTempSubdirectory("tunnel-compare-");
        var results = new Results();
        try
        {
            await using var bench = new Bench(folder.FullName);
            if (measures.Any(static m => m is HttpMeasure or ConnectionsMeasure))
            {
                await bench.StartHttpAsync();
            }

            await Schedule.RunAsync(options, peers, measures, bench, results);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Console.WriteLine();
        Console.WriteLine(Table.Render(measures.SelectMany(static m => m.Rows), [.. peers.Select(static p => p.Name)], results));
        Console.WriteLine($"medians of {options.Rounds} rounds; in parentheses the ratio to haproxy2, and of tunnel-vmess to v2ray");
        foreach (var failure in results.Failures)
        {
            Console.WriteLine($"failed: {failure.Measure} of {failure.Peer} in round {failure.Round}: {failure.Reason}");
        }

        if (options.JsonFile is not null)
        {
            await facts.WriteAsync(options.JsonFile, results);
        }

        return results.Failures.Count == 0 ? 0 : 1;
    }

    private static async Task RaiseDescriptorsAsync()
    {
        // Those of this process, which the programs it starts inherit.
        try
        {
            var result = await Tool.RunAsync(
                "prlimit", [$"--pid={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}", $"--nofile={Descriptors}:{Descriptors}"]);
            if (result.ExitCode != 0)
            {
                Console.WriteLine($"the limit of descriptors stays as it is: {result.Error.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.WriteLine($"the limit of descriptors stays as it is: {e.Message}");
        }
    }
}
