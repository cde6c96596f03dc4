using Tunnel.EndToEnd.Programs;

namespace Tunnel.EndToEnd;

/// <summary>A fact about the examples; skipped as long as there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExamplesFactAttribute : FactAttribute
{
    /// <summary>What every example's folder has.</summary>
    public const string Command = "run";

    public ExamplesFactAttribute()
    {
        if (Folders.Count == 0)
        {
            Skip = "there are no examples";
        }
    }

    /// <summary>The examples.</summary>
    public static IReadOnlyList<string> Folders { get; } = Directory.Exists(ProgramFiles.Examples)
        ? [.. Directory.GetDirectories(ProgramFiles.Examples).Where(d => File.Exists(Path.Combine(d, Command))).Order(StringComparer.Ordinal)]
        : [];
}
