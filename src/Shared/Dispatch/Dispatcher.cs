using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Routing;

namespace Tunnel.Shared.Dispatch;

/// <summary>The dispatcher of one configuration: a router, the balancers, and the outbounds they choose from.</summary>
internal sealed class Dispatcher : IDispatcher
{
    private readonly Router _router;
    private readonly BalancerSet _balancers;
    private readonly Dictionary<string, IOutbound> _byTag = new(StringComparer.Ordinal);
    private readonly IOutbound? _default;
    private readonly ILogger _access;
    private readonly ILogger _logger;
    private readonly TunnelMetrics _metrics;
    private readonly TimeProvider _time;

    /// <param name="router">Decides.</param>
    /// <param name="outbounds">In the order of the configuration: the first one takes what no rule matches.</param>
    /// <param name="balancers">Pick where a rule names one of them.</param>
    /// <param name="context">Clock, logs and metrics.</param>
    public Dispatcher(Router router, IReadOnlyList<IOutbound> outbounds, BalancerSet balancers, RuntimeContext context)
    {
        _router = router;
        _balancers = balancers;
        _default = outbounds.Count > 0 ? outbounds[0] : null;
        foreach (var outbound in outbounds)
        {
            _byTag.TryAdd(outbound.Tag, outbound);
        }

        _access = context.Loggers.CreateLogger(LogCategories.Access);
        _logger = context.Loggers.CreateLogger<Dispatcher>();
        _metrics = context.Metrics;
        _time = context.Time;
    }

    public IOutbound? Route(ConnectionInfo info)
    {
        var decision = _router.Decide(info);
        return BalancerOf(decision)?.Peek(info).Outbound ?? OutboundOf(decision);
    }

    public async Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var decision = _router.Decide(info);
        if (BalancerOf(decision) is { } balancer)
        {
            var balanced = new BalancedConnection(balancer, _time, _logger, _metrics);
            await balanced.RunAsync(info, pipe, (outbound, attempt) => CarryAsync(info, outbound, attempt, cancellationToken), cancellationToken);
            return;
        }

        if (OutboundOf(decision) is not { } outbound)
        {
            DispatchLog.NoOutbound(_logger, info.Destination, info.InboundTag);
            await pipe.AbortAsync(new IOException("no outbound takes this connection"));
            return;
        }

        // Who balances by load wants to know of all connections.
        var state = _balancers.StateOf(outbound);
        state?.Enter();
        try
        {
            await CarryAsync(info, outbound, pipe, cancellationToken);
        }
        finally
        {
            state?.Leave();
        }
    }

    private async Task CarryAsync(ConnectionInfo info, IOutbound outbound, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        DispatchLog.Accepted(_access, info.Source, info.Destination, info.InboundTag, outbound.Tag);
        using var counted = _metrics.Connection(info.InboundTag, outbound.Tag);
        try
        {
            await outbound.HandleAsync(info, pipe, cancellationToken);
        }
#pragma warning disable CA1031 // A fault in one connection's outbound must not take the process or another connection with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            DispatchLog.OutboundFailed(_logger, exception, outbound.Tag, info.Destination);
            await pipe.AbortAsync(exception);
        }
    }

    private Balancer? BalancerOf(RouteDecision decision) => decision.BalancerTag is { } tag ? _balancers.Find(tag) : null;

    /// <summary>Tags were checked when the configuration was read, so a missing one cannot be a typing error.</summary>
    private IOutbound? OutboundOf(RouteDecision decision) =>
        decision.OutboundTag is { } tag && _byTag.TryGetValue(tag, out var outbound) ? outbound : _default;
}
