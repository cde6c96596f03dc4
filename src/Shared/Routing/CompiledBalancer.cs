using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Routing;

/// <summary>A balancer with the outbounds it picks from at random.</summary>
internal sealed class CompiledBalancer
{
    private readonly string[] _candidates;

    public CompiledBalancer(BalancerConfig balancer, IEnumerable<string> outboundTags)
    {
        Tag = balancer.Tag;
        _candidates =
        [
            .. outboundTags.Where(tag => tag.Length > 0 && balancer.Selectors.Any(selector => tag.StartsWith(selector, StringComparison.Ordinal))),
        ];
        if (_candidates.Length == 0)
        {
            throw new ArgumentException($"Balancer '{balancer.Tag}' selects no outbound; the configuration refuses it.", nameof(balancer));
        }
    }

    public string Tag { get; }

    public string Pick(Func<int, int> random) => _candidates[random(_candidates.Length)];
}
