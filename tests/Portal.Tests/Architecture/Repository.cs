namespace Tunnel.Portal.Tests.Architecture;

/// <summary>The repository's files, found from where the tests run.</summary>
internal static class Repository
{
    private static readonly string[] Built = ["bin", "obj"];

    public static string Root { get; } = FindRoot();

    /// <summary>The C# files under <c>src</c> as they were written, by their path from the root with <c>/</c>.</summary>
    public static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/'))
        .Where(path => !path.Split('/').Any(Built.Contains))
        .Order(StringComparer.Ordinal);

    public static string[] LinesOf(string source) => File.ReadAllLines(Path.Combine(Root, source));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tunnel.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}
