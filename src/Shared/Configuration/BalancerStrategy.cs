namespace Tunnel.Shared.Configuration;

/// <summary>The words of a balancer's <c>strategy.type</c>.</summary>
public enum BalancerStrategy
{
    /// <summary>Any candidate.</summary>
    Random,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>The one whose probes are answered soonest; needs an <c>observatory</c>.</summary>
    LeastPing,

    /// <summary>The one with the fewest connections.</summary>
    LeastLoad,

    /// <summary>For one visitor's address always the same.</summary>
    Hash,
}
