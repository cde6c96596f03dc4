namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>Where our two programs are.</summary>
internal sealed record OurPrograms(string Portal, string Bridge)
{
    /// <summary>Why they cannot be started, null when they can.</summary>
    public string? Missing => new[] { Portal, Bridge }.FirstOrDefault(static file => !File.Exists(file)) is { } file ? $"{file} has not been built" : null;

    /// <param name="folder">Of a published build; null for what this repository built last.</param>
    public static OurPrograms In(string? folder) => folder is null
        ? new OurPrograms(Built("Portal", "portal"), Built("Bridge", "bridge"))
        : new OurPrograms(Path.GetFullPath(Path.Combine(folder, "portal")), Path.GetFullPath(Path.Combine(folder, "bridge")));

    private static string Built(string project, string program) => Path.Combine(Repository.Root, "src", project, "bin/Release/net10.0", program);
}
