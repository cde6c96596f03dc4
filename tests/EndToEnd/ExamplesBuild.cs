using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>What the examples need, built once for all of them.</summary>
public sealed class ExamplesBuild : IAsyncLifetime
{
    // Without the rest of the solution the programs are built too.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal) { ["TUNNEL_CONFIGURATION"] = ProgramFiles.Configuration };

    /// <summary>Tells an example that everything is built, and how.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>(Variables, StringComparer.Ordinal) { ["TUNNEL_EXAMPLES_BUILT"] = "1" };

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var result = await Tool.RunAsync("bash", ["-c", ". \"$0\" && build", Path.Combine(ProgramFiles.Examples, "lib.sh")], limit: Limit, environment: Variables);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;
}
