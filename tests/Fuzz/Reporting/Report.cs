using System.Globalization;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Instrumentation;

namespace Tunnel.Fuzz.Reporting;

/// <summary>What a run prints.</summary>
internal static class Report
{
    /// <summary>The targets with their cases.</summary>
    public static void List(IReadOnlyList<FuzzTarget> targets)
    {
        foreach (var target in targets)
        {
            Print($"{target.Name,-18} {target.Covers}");
            Print($"{string.Empty,-18}   {string.Join(' ', target.Cases.Select(static fuzzCase => fuzzCase.Name))}");
        }
    }

    public static void Begin(IReadOnlyList<FuzzTarget> targets, int seed, int jobs) =>
        Print($"{targets.Count} targets, {jobs} at once, {(CoverageMap.IsActive ? "guided by coverage" : "without coverage")}; repeat with --seed {seed}");

    /// <summary>An input ended the whole process last time.</summary>
    public static void LeftBehind(string file) => Print($"the last run broke off at {file}; it is tried again first");

    /// <summary>One line for a target, and all about its failures. <c>.ci/run</c> counts these lines.</summary>
    public static void End(TargetResult result)
    {
        Print($"fuzz {result.Target}: {(result.Failures.Count == 0 ? "passed" : "failed")}, {Number(result.Inputs)} inputs in {result.Elapsed.TotalSeconds:0} s");
        foreach (var failure in result.Failures)
        {
            Print($"{result.Target}/{failure.Case}: {failure.What}\n  replay: dotnet run -c Release --project tests/Fuzz -- --replay {failure.File}");
        }
    }

    public static void Table(IReadOnlyList<TargetResult> results)
    {
        Print(string.Empty);
        Print(Row("target", "inputs", "inputs/s", "corpus", "blocks", "failures"));
        foreach (var result in results)
        {
            Print(Line(result.Target, result.Inputs, result.InputsPerSecond, result.Corpus, result.CoveredBlocks, result.Failures.Count));
        }

        Print(Line(
            "all",
            results.Sum(static result => result.Inputs),
            results.Sum(static result => result.Inputs) / Math.Max(0.001, results.Sum(static result => result.Elapsed.TotalSeconds)),
            results.Sum(static result => result.Corpus),
            results.Sum(static result => result.CoveredBlocks),
            results.Sum(static result => result.Failures.Count)));
    }

    private static string Line(string name, long inputs, double rate, int corpus, int blocks, int failures) =>
        Row(name, Number(inputs), Number((long)rate), Number(corpus), blocks == 0 ? "-" : Number(blocks), Number(failures));

    private static string Row(string name, string inputs, string rate, string corpus, string blocks, string failures) =>
        $"{name,-18} {inputs,12} {rate,9} {corpus,7} {blocks,7} {failures,9}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    // One call each, so that lines of targets that run beside each other do not mix.
    private static void Print(string text) => Console.Out.WriteLine(text);
}
