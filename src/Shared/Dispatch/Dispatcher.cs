using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Routing;

namespace Tunnel.Shared.Dispatch;

/// <summary>The dispatcher of one configuration: a router, and the outbounds it chooses from.</summary>
internal sealed class Dispatcher : IDispatcher
{
    private readonly Router _router;
    private readonly Dictionary<string, IOutbound> _byTag = new(StringComparer.Ordinal);
    private readonly IOutbound? _default;
    private readonly ILogger _access;
    private readonly ILogger _logger;
    private readonly TunnelMetrics _metrics;

    /// <param name="router">Decides.</param>
    /// <param name="outbounds">In the order of the configuration: the first one takes what no rule matches.</param>
    /// <param name="loggers">For the access log and for failures.</param>
    /// <param name="metrics">Counts.</param>
    public Dispatcher(Router router, IReadOnlyList<IOutbound> outbounds, ILoggerFactory loggers, TunnelMetrics metrics)
    {
        _router = router;
        _default = outbounds.Count > 0 ? outbounds[0] : null;
        foreach (var outbound in outbounds)
        {
            _byTag.TryAdd(outbound.Tag, outbound);
        }

        _access = loggers.CreateLogger(LogCategories.Access);
        _logger = loggers.CreateLogger<Dispatcher>();
        _metrics = metrics;
    }

    public IOutbound? Route(ConnectionInfo info)
    {
        // Tags were checked when the configuration was read, so a missing one cannot be a typing error.
        var decision = _router.Decide(info);
        return decision.OutboundTag is { } tag && _byTag.TryGetValue(tag, out var outbound) ? outbound : _default;
    }

    public async Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var outbound = Route(info);
        if (outbound is null)
        {
            DispatchLog.NoOutbound(_logger, info.Destination, info.InboundTag);
            await pipe.AbortAsync(new IOException("no outbound takes this connection"));
            return;
        }

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
}
