using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>Every example runs to its end: <c>run --once</c> in its folder exits 0.</summary>
/// <remarks>An example is a folder below <c>examples</c> with an executable <c>run</c>, the same that its README names.</remarks>
[Collection(HeavyCollection.Name)]
public sealed class ExamplesTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [ExamplesFact]
    public async Task Every_example_runs()
    {
        foreach (var folder in ExamplesFactAttribute.Folders)
        {
            var result = await Tool.RunAsync(Path.Combine(folder, ExamplesFactAttribute.Command), ["--once"], limit: Limit);
            Assert.True(result.ExitCode == 0, $"{Path.GetFileName(folder)}: {result}");
            Output.WriteLine($"{Path.GetFileName(folder)}: fine");
        }
    }
}
