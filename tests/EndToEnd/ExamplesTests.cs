using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>Every example runs to its end: <c>run.sh --once</c> in its folder exits 0.</summary>
/// <remarks>An example is a folder below <c>examples</c> with an executable <c>run.sh</c>, the same that its README names.</remarks>
public sealed class ExamplesTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Command = "run.sh";

    // The tests' own build has built all that the examples run.
    private static readonly Dictionary<string, string> Variables = new(ProgramEnvironment.Compilation, StringComparer.Ordinal)
    {
        ["TUNNEL_CONFIGURATION"] = ProgramFiles.Configuration,
        ["TUNNEL_EXAMPLES_BUILT"] = "1",
    };

    public static TheoryData<string> Names { get; } =
        [.. Directory.GetDirectories(ProgramFiles.Examples).Where(d => File.Exists(Path.Combine(d, Command))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_example_runs_as_printed(string name)
    {
        var result = await Tool.RunAsync(Path.Combine(ProgramFiles.Examples, name, Command), ["--once"], environment: Variables);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
