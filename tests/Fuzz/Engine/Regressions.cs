namespace Tunnel.Fuzz.Engine;

/// <summary>Inputs that once failed, which stay in the repository: every run tries them first, and a unit test all of them.</summary>
internal static class Regressions
{
    /// <summary>The saved inputs of a target.</summary>
    public static IReadOnlyList<FuzzInput> Of(FuzzTarget target, IReadOnlyList<FuzzTarget> targets) =>
        [.. Files().Select(path => InputFile.Load(path, targets)).Where(saved => saved.Target == target).Select(static saved => saved.Input)];

    /// <summary>The files of all saved inputs, in a fixed order.</summary>
    public static IReadOnlyList<string> Files()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Regressions");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*" + InputFile.Extension).Order(StringComparer.Ordinal)] : [];
    }
}
