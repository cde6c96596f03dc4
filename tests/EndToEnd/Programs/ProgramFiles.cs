using System.Reflection;

namespace Tunnel.EndToEnd.Programs;

/// <summary>Where the programs under test are.</summary>
public static class ProgramFiles
{
    // A folder with both programs, to test a published build instead of the one that the tests were built with.
    private const string FolderVariable = "TUNNEL_PROGRAMS";

    /// <summary>The portal's executable.</summary>
    public static string Portal { get; } = Locate("portal");

    /// <summary>The bridge's executable.</summary>
    public static string Bridge { get; } = Locate("bridge");

    /// <summary>The examples' folder, which may not exist.</summary>
    public static string Examples { get; } = Path.GetFullPath(Metadata("ExamplesFolder"));

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    private static string Locate(string program)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } given ? given : Metadata("ProgramsFolder");
        var file = Path.GetFullPath(Path.Combine(folder, program));
        return File.Exists(file) ? file : throw new FileNotFoundException($"{program} has not been built", file);
    }

    private static string Metadata(string key) => typeof(ProgramFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => string.Equals(a.Key, key, StringComparison.Ordinal))
        .Value!;
}
