using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Tests.Configuration;

/// <summary>The folders of sample configurations beside this file.</summary>
internal static class SampleFiles
{
    private const string Marker = "// expect: ";

    public static string PathOf(string folder, string name) => Path.Combine(Folder(), folder, name);

    public static TheoryData<string> In(string folder)
    {
        var data = new TheoryData<string>();
        foreach (var name in Names(folder))
        {
            data.Add(name);
        }

        return data;
    }

    public static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder(), folder), "*.jsonc").Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <summary>The problems that a sample's last lines say it has, without the file's name.</summary>
    public static IReadOnlyList<string> Expected(string path) =>
        [.. File.ReadLines(path).Where(static line => line.StartsWith(Marker, StringComparison.Ordinal)).Select(static line => line[Marker.Length..])];

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
