using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>Decides by tag, destination and source which outbound or balancer takes a connection. Immutable and free of effects.</summary>
public sealed class Router
{
    private readonly CompiledRule[] _rules;

    /// <summary>Makes the router of one configuration.</summary>
    /// <param name="routing">The rules, as the loader has checked them.</param>
    /// <exception cref="ArgumentException">What the loader refuses: a rule without condition or outbound, a balancer that does not exist.</exception>
    public Router(RoutingConfig routing)
    {
        ArgumentNullException.ThrowIfNull(routing);
        var balancers = routing.Balancers.Select(static item => item.Tag).ToHashSet(StringComparer.Ordinal);
        _rules = [.. routing.Rules.Select(static rule => new CompiledRule(rule))];
        if (Array.Exists(_rules, rule => rule.OutboundTag is null && !balancers.Contains(rule.BalancerTag!)))
        {
            throw new ArgumentException("A rule names no outbound and no balancer that exists; the configuration refuses it.", nameof(routing));
        }
    }

    /// <summary>What takes a connection: what the first matching rule names, otherwise the default outbound.</summary>
    public RouteDecision Decide(ConnectionInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        for (var index = 0; index < _rules.Length; index++)
        {
            var rule = _rules[index];
            if (rule.Matches(info))
            {
                return new RouteDecision(rule.OutboundTag, index, rule.OutboundTag is null ? rule.BalancerTag : null);
            }
        }

        return RouteDecision.Default;
    }
}
