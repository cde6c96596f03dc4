using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Targets;

namespace Tunnel.Shared.Tests.Fuzzing;

/// <summary>The targets of tests/Fuzz stay true: they bear what was found once, their own seeds, and a few changes of those.</summary>
public sealed class FuzzTargetsTests
{
    private const int InputsPerTarget = 300;

    public static TheoryData<string> Targets => new(AllTargets.List.Select(static target => target.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_bears_its_regressions_its_seeds_and_some_changes(string name)
    {
        var target = AllTargets.List.Single(target => target.Name == name);
        var result = new TargetRun(target, new RunLimits(Time: null, InputsPerTarget), seed: 1).Run(Regressions.Of(target, AllTargets.List));
        Assert.True(result.Failures.Count == 0, string.Join('\n', result.Failures));
        Assert.True(result.Inputs >= InputsPerTarget);
    }

    [Fact]
    public void Names_are_unique_and_fit_for_files()
    {
        var names = AllTargets.List.SelectMany(static target => target.Cases.Select(fuzzCase => $"{target.Name}.{fuzzCase.Name}")).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, static name => Assert.Matches("^[a-z0-9-]+\\.[a-z0-9-]+$", name));
    }

    [Fact]
    public void Saved_inputs_belong_to_cases() =>
        Assert.All(Regressions.Files(), static path => InputFile.Load(path, AllTargets.List));

    [Fact]
    public void A_failure_is_found_shortened_and_saved_under_a_name_that_replays_it()
    {
        var target = new FuzzTarget("self-test", "nothing", [new FuzzCase("magic", static (bytes, observations) =>
        {
            observations.Note(bytes.AsSpan().StartsWith("ab"u8));
            PropertyException.Require(!bytes.AsSpan().StartsWith("abc"u8), "abc is not borne");
        }) { Words = ["c"u8.ToArray(), "ab"u8.ToArray()], Seeds = ["xyzab"u8.ToArray()] }]);
        var result = new TargetRun(target, new RunLimits(TimeSpan.FromMinutes(1), 200_000), seed: 1) { StopsAtFailure = true }.Run([]);

        var failure = Assert.Single(result.Failures);
        Assert.Contains("abc is not borne", failure.What, StringComparison.Ordinal);
        var (_, input) = InputFile.Load(failure.File, [target]);
        File.Delete(failure.File);
        Assert.Equal("abc"u8, input.Bytes);
        Assert.IsType<PropertyException>(new CaseRunner(target).Run(input));
    }

    [Fact]
    public void What_allocates_without_bound_is_a_failure()
    {
        var target = new FuzzTarget("self-test", "nothing", [new FuzzCase("greedy", static (bytes, _) => GC.KeepAlive(new byte[1024 * 1024 * bytes.Length]))]);
        Assert.Null(new CaseRunner(target).Run(new FuzzInput(0, [])));
        Assert.IsType<PropertyException>(new CaseRunner(target).Run(new FuzzInput(0, [1])));
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        Assert.Equal(Inputs(seed: 5), Inputs(seed: 5));
        Assert.NotEqual(Inputs(seed: 5), Inputs(seed: 6));

        static List<string> Inputs(int seed)
        {
            var inputs = new List<string>();
            var target = new FuzzTarget("self-test-seed", "nothing", [new FuzzCase("record", (bytes, _) => inputs.Add(Convert.ToHexString(bytes)))]);
            new TargetRun(target, new RunLimits(Time: null, 200), seed).Run([]);
            return inputs;
        }
    }
}
