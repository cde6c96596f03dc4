using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Balancing.Observing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;
using Tunnel.Shared.Sniffing;

namespace Tunnel.Shared.Hosting;

/// <summary>A configuration that runs: inbounds, router and outbounds, and the bridges and portals among them.</summary>
public sealed class TunnelRuntime : IAsyncDisposable
{
    private readonly ImmutableArray<IInbound> _inbounds;
    private readonly ImmutableArray<IOutbound> _outbounds;
    private readonly Observatory? _observatory;
    private bool _disposed;

    private TunnelRuntime(ImmutableArray<IInbound> inbounds, ImmutableArray<IOutbound> outbounds, Observatory? observatory)
    {
        _inbounds = inbounds;
        _outbounds = outbounds;
        _observatory = observatory;
    }

    /// <summary>The inbounds, bridges last.</summary>
    public IReadOnlyList<IInbound> Inbounds => _inbounds;

    /// <summary>The outbounds, portals last.</summary>
    public IReadOnlyList<IOutbound> Outbounds => _outbounds;

    /// <summary>Puts the parts together; nothing is started.</summary>
    public static TunnelRuntime Build(TunnelConfig config, IReverseFactory reverse, RuntimeContext context)
    {
        var metrics = context.Metrics;
        var cool = context.Cool with { DatagramDropped = reason => metrics.DatagramDropped("mux.cool", reason) };
        context = context with { Policy = config.Policy, Cool = cool, Outbounds = new OutboundDirectory() };

        // Portals come behind the configured outbounds: only where there are none does a portal become the default, as in V2Ray.
        ImmutableArray<IOutbound> outbounds =
        [
            .. config.Outbounds.Select(outbound => ProtocolFactory.Create(outbound, context)),
            .. config.Reverse.Portals.Select(portal => reverse.CreatePortal(portal, context)),
        ];
        context.Outbounds.Fill(outbounds);
        var balancers = new BalancerSet(config.Routing.Balancers, outbounds, context);
        var dispatcher = new VirtualDomainGuard(
            new Dispatcher(new Router(config.Routing), outbounds, balancers, context),
            config.Reverse.Portals.Select(portal => portal.Domain).Concat(config.Reverse.Bridges.Select(bridge => bridge.Domain)),
            context.Loggers.CreateLogger<VirtualDomainGuard>());
        ImmutableArray<IInbound> inbounds =
        [
            .. config.Inbounds.Select(inbound => ProtocolFactory.Create(inbound, DispatcherOf(inbound, dispatcher, context), context)),
            .. config.Reverse.Bridges.Select(bridge => reverse.CreateBridge(bridge, dispatcher, context)),
        ];
        return new TunnelRuntime(inbounds, outbounds, Observatory.Create(config.Observatory, balancers.Outbounds, context));
    }

    /// <summary>Starts all inbounds, and the observatory.</summary>
    /// <exception cref="InboundStartException">One or more could not start; the message names them all, and those that could have been stopped again.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var failures = new List<InboundStartException>();
        foreach (var inbound in _inbounds)
        {
            try
            {
                await inbound.StartAsync(cancellationToken);
            }
            catch (InboundStartException exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            await StopAsync(new CancellationToken(canceled: true));
            throw new InboundStartException(
                string.Join(Environment.NewLine, failures.Select(failure => failure.Message)), failures[0]);
        }

        _observatory?.Start();
    }

    /// <summary>Stops listening and dialling, lets connections finish until the token fires, then ends everything.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_observatory is not null)
        {
            await _observatory.StopAsync();
        }

        await Task.WhenAll(_inbounds.Select(inbound => inbound.StopAsync(cancellationToken)));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_observatory is not null)
        {
            await _observatory.DisposeAsync();
        }

        // Outbounds first: an interconnect's sessions are held by portals, and get their farewell before their listener goes.
        foreach (var outbound in _outbounds)
        {
            await outbound.DisposeAsync();
        }

        foreach (var inbound in _inbounds)
        {
            await inbound.DisposeAsync();
        }
    }

    private static IDispatcher DispatcherOf(InboundConfig inbound, IDispatcher dispatcher, RuntimeContext context) => inbound.Sniffing.Enabled
        ? new SniffingDispatcher(dispatcher, inbound.Sniffing, context.Time, context.Loggers.CreateLogger<SniffingDispatcher>())
        : dispatcher;
}
