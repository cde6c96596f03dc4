using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>routing.balancers</c>.</summary>
public sealed record BalancerConfig
{
    /// <summary>What rules name with <c>balancerTag</c>.</summary>
    public required string Tag { get; init; }

    /// <summary>An outbound takes part when its tag starts with one of these.</summary>
    public ImmutableArray<string> Selectors { get; init; } = [];
}
