using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>routing</c> object.</summary>
public sealed record RoutingConfig
{
    /// <summary>Tried in order; the first that matches decides.</summary>
    public ImmutableArray<RuleConfig> Rules { get; init; } = [];

    /// <summary>Groups of outbounds that a rule can name instead of one outbound.</summary>
    public ImmutableArray<BalancerConfig> Balancers { get; init; } = [];
}
