using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>A rule ready to be matched: all its conditions must hold.</summary>
internal sealed class CompiledRule
{
    private readonly IMatcher[] _matchers;

    /// <param name="rule">The rule.</param>
    /// <param name="balancer">What picks its outbound; null when the rule names one.</param>
    public CompiledRule(RuleConfig rule, CompiledBalancer? balancer)
    {
        OutboundTag = rule.OutboundTag;
        Balancer = balancer;

        // The cheapest first.
        var matchers = new List<IMatcher>();
        AddIf(!rule.InboundTags.IsEmpty, () => new InboundTagMatcher(rule.InboundTags));
        AddIf(!rule.Networks.IsEmpty, () => new NetworkMatcher(rule.Networks));
        AddIf(!rule.Ports.IsEmpty, () => new PortMatcher(rule.Ports));
        AddIf(!rule.Ips.IsEmpty, () => new IpMatcher(rule.Ips));
        AddIf(!rule.Sources.IsEmpty, () => new SourceMatcher(rule.Sources));
        AddIf(!rule.Domains.IsEmpty, () => new DomainMatcher(rule.Domains));
        if (matchers.Count == 0)
        {
            throw new ArgumentException("A rule without a condition would match everything; the configuration refuses it.", nameof(rule));
        }

        _matchers = [.. matchers];

        void AddIf(bool present, Func<IMatcher> make)
        {
            if (present)
            {
                matchers.Add(make());
            }
        }
    }

    public string? OutboundTag { get; }

    public CompiledBalancer? Balancer { get; }

    public bool Matches(ConnectionInfo info)
    {
        foreach (var matcher in _matchers)
        {
            if (!matcher.Matches(info))
            {
                return false;
            }
        }

        return true;
    }
}
