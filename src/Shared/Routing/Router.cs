using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>Decides by tag, destination and source which outbound takes a connection. Immutable and free of effects but for the random source.</summary>
public sealed class Router
{
    private readonly CompiledRule[] _rules;
    private readonly Func<int, int> _random;

    /// <param name="routing">The rules, as the loader has checked them.</param>
    /// <param name="outboundTags">The tags of all outbounds and portals, for balancers.</param>
    /// <param name="random">A number from 0 up to, but not, its argument; null for <see cref="Random.Shared"/>. Called concurrently.</param>
    /// <exception cref="ArgumentException">What the loader refuses: a rule without condition or outbound, a balancer that does not exist or selects nothing.</exception>
    public Router(RoutingConfig routing, IEnumerable<string> outboundTags, Func<int, int>? random = null)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ArgumentNullException.ThrowIfNull(outboundTags);
        _random = random ?? Random.Shared.Next;
        var tags = outboundTags.ToList();
        var balancers = routing.Balancers.ToDictionary(static item => item.Tag, item => new CompiledBalancer(item, tags), StringComparer.Ordinal);
        _rules = [.. routing.Rules.Select(rule => Compile(rule, balancers))];
    }

    /// <summary>The outbound for a connection: the first matching rule's, otherwise the default.</summary>
    public RouteDecision Decide(ConnectionInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        for (var index = 0; index < _rules.Length; index++)
        {
            var rule = _rules[index];
            if (rule.Matches(info))
            {
                return rule.Balancer is { } balancer
                    ? new RouteDecision(balancer.Pick(_random), index, balancer.Tag)
                    : new RouteDecision(rule.OutboundTag, index, null);
            }
        }

        return RouteDecision.Default;
    }

    private static CompiledRule Compile(RuleConfig rule, Dictionary<string, CompiledBalancer> balancers)
    {
        if (rule.OutboundTag is not null)
        {
            return new CompiledRule(rule, null);
        }

        return rule.BalancerTag is not null && balancers.TryGetValue(rule.BalancerTag, out var balancer)
            ? new CompiledRule(rule, balancer)
            : throw new ArgumentException("A rule names no outbound and no balancer that exists; the configuration refuses it.", nameof(rule));
    }
}
