using System.CommandLine;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Reporting;
using Tunnel.Fuzz.Targets;
using Tunnel.Shared.CommandLine;
using Tunnel.Shared.Configuration;

namespace Tunnel.Fuzz;

/// <summary>The command line.</summary>
public static class FuzzProgram
{
    private const int Failed = 1;
    private const int BadUsage = 2;

    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(60);

    private static readonly Argument<string[]> Names = new("TARGET") { Description = "What to fuzz; all where none is named.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Time = new("--time") { Description = "How long each target is fuzzed. Default 60s, or without end where --inputs is given.", HelpName = "60s" };
    private static readonly Option<long?> Inputs = new("--inputs") { Description = "How many inputs each target gets.", HelpName = "N" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Repeats a run: the same seed makes the same inputs. Default: a random one, which is printed.", HelpName = "S" };
    private static readonly Option<int?> Jobs = new("--jobs") { Description = "How many targets are fuzzed at once. Default: one for each processor.", HelpName = "N" };
    private static readonly Option<bool> List = new("--list") { Description = "Print the targets and their cases." };
    private static readonly Option<string?> Replay = new("--replay") { Description = "Run one saved input, and print what comes of it.", HelpName = "FILE" };
    private static readonly Option<bool> NoCoverage = new("--no-coverage") { Description = "Do not instrument the product's code: more inputs a second, found with less aim." };

    /// <summary>Runs; returns 0 where nothing failed, 1 where something did, 2 for a wrong command line.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Feeds every parser of bytes from the network with inputs that nobody sends, and says which it does not bear.")
        {
            Names, Time, Inputs, Seed, Jobs, List, Replay, NoCoverage,
        };
        root.SetAction((parsed, _) => ActAsync(parsed));
        return CommandLineRunner.RunAsync(root, args);
    }

    private static async Task<int> ActAsync(ParseResult parsed)
    {
        if (parsed.GetValue(List))
        {
            Report.List(AllTargets.List);
            return 0;
        }

        if (parsed.GetValue(Replay) is { } file)
        {
            return ReplayFile(file);
        }

        var names = parsed.GetValue(Names) ?? [];
        var unknown = names.FirstOrDefault(static name => AllTargets.List.All(target => target.Name != name));
        if (unknown is not null)
        {
            await Console.Error.WriteLineAsync($"There is no target '{unknown}'; --list prints those there are.");
            return BadUsage;
        }

        TimeSpan? time = parsed.GetValue(Inputs) is null ? DefaultTime : null;
        if (parsed.GetValue(Time) is { } text)
        {
            if (!DurationText.TryParse(text, out var given))
            {
                await Console.Error.WriteLineAsync($"'{text}' is no time; write it as in 60s or 10m.");
                return BadUsage;
            }

            time = given;
        }

        var targets = AllTargets.List.Where(target => names.Length == 0 || names.Contains(target.Name, StringComparer.Ordinal)).ToArray();
        return await FuzzAsync(targets, new RunLimits(time, parsed.GetValue(Inputs)), parsed.GetValue(Seed) ?? Random.Shared.Next(), parsed.GetValue(Jobs) ?? Environment.ProcessorCount);
    }

    private static int ReplayFile(string file)
    {
        try
        {
            var (target, input) = InputFile.Load(file, AllTargets.List);
            var exception = new CaseRunner(target).Run(input);
            Console.Out.WriteLine(exception is null ? $"{target.Name}/{target.Cases[input.Case].Name} bears {input.Bytes.Length} bytes." : exception.ToString());
            return exception is null ? 0 : Failed;
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return BadUsage;
        }
    }

    private static async Task<int> FuzzAsync(FuzzTarget[] targets, RunLimits limits, int seed, int jobs)
    {
        Report.Begin(targets, seed, jobs);
        var results = new TargetResult[targets.Length];
        await Parallel.ForAsync(0, targets.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, jobs) }, async (index, _) =>
        {
            var saved = Regressions.Of(targets[index], AllTargets.List).ToList();
            if (RunningInput.LeftBehind(targets[index]) is { } leftBehind)
            {
                // It ended the process, and may do so again; now it is on disk under a name.
                Report.LeftBehind(InputFile.Save(targets[index], leftBehind));
                saved.Add(leftBehind);
            }

            results[index] = await new TargetWorker(targets[index], limits, seed, saved).RunAsync();
            Report.End(results[index]);
        });
        Report.Table(results);
        return results.Any(static result => result.Failures.Count > 0) ? Failed : 0;
    }
}
