using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>What loading a configuration came to.</summary>
public sealed record ConfigResult
{
    /// <summary>The configuration; null exactly when there are errors.</summary>
    public TunnelConfig? Config { get; init; }

    /// <summary>Everything that is wrong, in the order of the file.</summary>
    public ImmutableArray<ConfigProblem> Problems { get; init; } = [];

    /// <summary>The files that the configuration names, with their full paths: keys, certificates, lists. Without the configuration's own.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Whether any problem is an error.</summary>
    public bool HasErrors => Config is null;
}
