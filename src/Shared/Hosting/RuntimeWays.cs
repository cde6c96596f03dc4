using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Routing;

namespace Tunnel.Shared.Hosting;

/// <summary>Where connections can go in one configuration: its outbounds and portals, and router and balancers in front of them. Immutable.</summary>
internal sealed class RuntimeWays
{
    private RuntimeWays(ImmutableArray<(ConfigPart Part, IOutbound Outbound)> outbounds, Router router, BalancerSet balancers, IDispatcher dispatcher)
    {
        Outbounds = outbounds;
        Router = router;
        Balancers = balancers;
        Dispatcher = dispatcher;
    }

    /// <summary>
    /// In the order of the configuration, portals last: only where there is no other outbound does a portal become the default, as
    /// in V2Ray.
    /// </summary>
    public ImmutableArray<(ConfigPart Part, IOutbound Outbound)> Outbounds { get; }

    public BalancerSet Balancers { get; }

    public IDispatcher Dispatcher { get; }

    private Router Router { get; }

    /// <summary>Puts them together; what has not changed since <paramref name="before"/> is taken from there, with all that it holds.</summary>
    public static RuntimeWays Build(
        TunnelConfig config,
        ImmutableArray<ConfigPart> parts,
        IReverseFactory reverse,
        RuntimeContext context,
        RuntimeWays? before = null,
        ConfigDifference? difference = null)
    {
        var kept = difference?.Unchanged.ToDictionary(static pair => pair.New, static pair => pair.Old) ?? [];
        ImmutableArray<(ConfigPart Part, IOutbound Outbound)> outbounds =
        [
            .. parts.Where(static part => part.Kind is PartKind.Outbound or PartKind.Portal)
                .Select(part => (part, kept.TryGetValue(part, out var old) ? before!.OutboundOf(old) : Create(part))),
        ];
        ImmutableArray<IOutbound> all = [.. outbounds.Select(static item => item.Outbound)];
        var router = before is not null && parts.Any(part => part.Kind == PartKind.Rules && kept.ContainsKey(part)) ? before.Router : new Router(config.Routing);
        var balancers = new BalancerSet(config.Routing.Balancers, all, context, before: before?.Balancers);
        var dispatcher = new VirtualDomainGuard(
            new Dispatcher(router, all, balancers, context),
            config.Reverse.Portals.Select(static portal => portal.Domain).Concat(config.Reverse.Bridges.Select(static bridge => bridge.Domain)),
            context.Loggers.CreateLogger<VirtualDomainGuard>());
        return new RuntimeWays(outbounds, router, balancers, dispatcher);

        IOutbound Create(ConfigPart part) => part.Value is ReversePortalConfig portal
            ? reverse.CreatePortal(portal, context)
            : ProtocolFactory.Create((OutboundConfig)part.Value, context);
    }

    private IOutbound OutboundOf(ConfigPart part) => Outbounds.First(item => item.Part == part).Outbound;
}
