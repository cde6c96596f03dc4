using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing.Attributes;

namespace Tunnel.Shared.Routing;

/// <summary>A rule ready to be matched: all its conditions must hold.</summary>
internal sealed class CompiledRule
{
    private readonly IMatcher[] _matchers;

    public CompiledRule(RuleConfig rule)
    {
        OutboundTag = rule.OutboundTag;
        BalancerTag = rule.BalancerTag ?? string.Empty;

        // The cheapest first.
        var matchers = new List<IMatcher>();
        AddIf(!rule.InboundTags.IsEmpty, () => new InboundTagMatcher(rule.InboundTags));
        AddIf(!rule.Networks.IsEmpty, () => new NetworkMatcher(rule.Networks));
        AddIf(!rule.Ports.IsEmpty, () => new PortMatcher(rule.Ports));
        AddIf(!rule.SourcePorts.IsEmpty, () => new SourcePortMatcher(rule.SourcePorts));
        AddIf(!rule.Users.IsEmpty, () => new UserMatcher(rule.Users));
        AddIf(!rule.Protocols.IsEmpty, () => new ProtocolMatcher(rule.Protocols));
        AddIf(!(rule.Ips.IsEmpty && rule.IpLists.IsEmpty), () => new IpMatcher(rule.Ips.Concat(rule.IpLists.SelectMany(static list => list.Blocks))));
        AddIf(
            !(rule.Sources.IsEmpty && rule.SourceLists.IsEmpty),
            () => new SourceMatcher(rule.Sources.Concat(rule.SourceLists.SelectMany(static list => list.Blocks))));
        AddIf(
            !(rule.Domains.IsEmpty && rule.DomainLists.IsEmpty),
            () => new DomainMatcher(rule.Domains.Concat(rule.DomainLists.SelectMany(static list => list.Patterns))));
        AddIf(rule.Attributes is not null, () => new AttributesMatcher(AttributeExpression.Parse(rule.Attributes!)));
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

    /// <summary>Counts only where there is no outbound.</summary>
    public string BalancerTag { get; }

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
