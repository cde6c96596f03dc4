using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>policy</c> object.</summary>
public sealed record PolicyConfig
{
    /// <summary>The levels that are configured, each once, the lowest first.</summary>
    public ImmutableArray<PolicyLevelConfig> Levels { get; init; } = [];

    /// <summary>What is configured for a level; one that is not there says nothing, as in V2Ray.</summary>
    public PolicyLevelConfig Of(int level) => Levels.FirstOrDefault(item => item.Level == level) ?? new PolicyLevelConfig { Level = level };
}
