using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>What the examples need, built once for all of them.</summary>
public sealed class ExamplesBuild : IAsyncLifetime
{
    // On a fresh checkout the programs are built too.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Tells an example that everything is built.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["TUNNEL_EXAMPLES_BUILT"] = "1" };

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var result = await Tool.RunAsync("bash", ["-c", ". \"$0\" && build", Path.Combine(ProgramFiles.Examples, "lib.sh")], limit: Limit);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;
}
