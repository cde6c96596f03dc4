using System.Collections.Frozen;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.Balancing;

/// <summary>The balancers of a configuration, and what they know of its outbounds.</summary>
internal sealed class BalancerSet
{
    private readonly FrozenDictionary<string, Balancer> _balancers;
    private readonly FrozenDictionary<string, OutboundState> _states;

    /// <param name="balancers">As the loader has checked them.</param>
    /// <param name="outbounds">All outbounds and portals.</param>
    /// <param name="context">Clock, log and metrics.</param>
    /// <param name="random">A number from 0 up to, but not, its argument; null for <see cref="Random.Shared"/>. Called concurrently.</param>
    /// <param name="before">The set whose place it takes; what that knows of outbounds that are still the same is kept. Null for none.</param>
    public BalancerSet(
        IEnumerable<BalancerConfig> balancers,
        IEnumerable<IOutbound> outbounds,
        RuntimeContext context,
        Func<int, int>? random = null,
        BalancerSet? before = null)
    {
        var states = outbounds.Where(static outbound => outbound.Tag.Length > 0).DistinctBy(static outbound => outbound.Tag)
            .Select(outbound => before?.StateOf(outbound) is { } known && known.Outbound == outbound ? known : new OutboundState(outbound)).ToList();
        _states = states.ToFrozenDictionary(static state => state.Tag, StringComparer.Ordinal);
        _balancers = balancers.ToFrozenDictionary(
            static balancer => balancer.Tag,
            balancer => new Balancer(balancer, states, context, random ?? Random.Shared.Next, before?.Find(balancer.Tag)),
            StringComparer.Ordinal);
    }

    public IEnumerable<OutboundState> Outbounds => _states.Values;

    /// <summary>Its time is over: lets go of what <paramref name="next"/> has not taken over. Connections that it has go on.</summary>
    public void Retire(BalancerSet next)
    {
        foreach (var (tag, balancer) in _balancers)
        {
            balancer.Retire(next.Find(tag));
        }
    }

    public Balancer? Find(string tag) => _balancers.GetValueOrDefault(tag);

    /// <summary>What is known of an outbound; null for one without a tag, which no balancer has.</summary>
    public OutboundState? StateOf(IOutbound outbound) => _states.GetValueOrDefault(outbound.Tag);
}
