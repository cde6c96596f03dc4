using System.Globalization;

namespace Tunnel.EndToEnd.Programs;

/// <summary>What the programs under test find in their environment.</summary>
public static class ProgramEnvironment
{
    // No such file: a test's programs trust nobody whom the machine that runs it trusts, and what they do does not depend on it. The
    // platform would read all of them for the first TLS connection, in a quarter of the processor time that a program's start takes.
    private const string NoAuthorities = "/nonexistent";

    /// <summary>
    /// How the runtime is to compile: once, and again only what is called a thousand times, into pages that it need not map twice. A
    /// program of a test seldom runs for long enough to win back what more would cost it; it takes a quarter less processor time so.
    /// <c>tests/Directory.Build.targets</c> says the like of the test projects. The soak and the benchmarks run programs without this.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Compilation { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountThreshold"] = 1000.ToString("X", CultureInfo.InvariantCulture),
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <summary>Theirs alone is <paramref name="stateDirectory"/>. Of all this the examples have <see cref="Compilation"/> only: they run as they are printed.</summary>
    public static Dictionary<string, string> With(string stateDirectory) => new(Compilation, StringComparer.Ordinal)
    {
        ["TUNNEL_STATE_DIR"] = stateDirectory,
        ["SSL_CERT_DIR"] = NoAuthorities,
        ["SSL_CERT_FILE"] = NoAuthorities,
    };
}
