using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Mux.Flow;
using Tunnel.Shared.Balancing.Observing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Sniffing;

namespace Tunnel.Shared.Hosting;

/// <summary>
/// A configuration that runs: inbounds, router and outbounds, and the bridges and portals among them. It can be exchanged for
/// another one while it runs: <see cref="ReloadAsync"/>.
/// </summary>
public sealed class TunnelRuntime : IAsyncDisposable
{
    private readonly IReverseFactory _reverse;
    private readonly RuntimeContext _context;
    private readonly DispatcherSwitch _dispatcher;
    private readonly RetiredParts _retired;
    private readonly CancellationTokenSource _stopping;

    // Whoever reloads before it has started waits.
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards what is below: a reload and the end do not overlap.
    private readonly SemaphoreSlim _gate = new(1);
    private ImmutableArray<ConfigPart> _parts;
    private ImmutableArray<(ConfigPart Part, IInbound Inbound)> _inbounds;
    private RuntimeWays _ways;
    private Observatory? _observatory;
    private bool _stopped;
    private bool _disposed;

    private TunnelRuntime(TunnelConfig config, IReverseFactory reverse, RuntimeContext context, CancellationTokenSource stopping)
    {
        _stopping = stopping;
        _reverse = reverse;
        _context = context;
        _retired = new RetiredParts(context.Loggers.CreateLogger<TunnelRuntime>());
        _parts = ConfigParts.Of(config);
        _ways = RuntimeWays.Build(config, _parts, reverse, context);
        context.Outbounds.Fill(_ways.Outbounds.Select(static item => item.Outbound));
        _dispatcher = new DispatcherSwitch(_ways.Dispatcher);
        _inbounds = [.. _parts.Where(IsInbound).Select(part => (part, CreateInbound(part)))];
        _observatory = Observatory.Create(config.Observatory, _ways.Balancers.Outbounds, context);
    }

    /// <summary>The inbounds, bridges last.</summary>
    public IReadOnlyList<IInbound> Inbounds => [.. _inbounds.Select(static item => item.Inbound)];

    /// <summary>The outbounds, portals last.</summary>
    public IReadOnlyList<IOutbound> Outbounds => [.. _ways.Outbounds.Select(static item => item.Outbound)];

    /// <summary>Forgets what inbounds keep of answers whose URIs begin so.</summary>
    /// <returns>How many; null where none keeps any.</returns>
    internal int? Purge(string prefix)
    {
        ImmutableArray<int> counts = [.. Inbounds.OfType<IPurgeable>().Select(inbound => inbound.Purge(prefix)).OfType<int>()];
        return counts.IsEmpty ? null : counts.Sum();
    }

    /// <summary>Puts the parts together; nothing is started.</summary>
    public static TunnelRuntime Build(TunnelConfig config, IReverseFactory reverse, RuntimeContext context)
    {
        var metrics = context.Metrics;
        var cool = context.Cool with { DatagramDropped = reason => metrics.DatagramDropped("mux.cool", reason) };
        var stopping = new CancellationTokenSource();
        return new TunnelRuntime(
            config,
            reverse,
            context with
            {
                Policy = config.Policy,
                Limits = config.Limits,
                Cool = cool,
                Mux = context.Mux with { Ceiling = new MemoryCeiling(config.Limits.Memory), MaxStreams = config.Limits.StreamsPerSession },
                Outbounds = new OutboundDirectory(),
                Stopping = stopping.Token,
            },
            stopping);
    }

    /// <summary>Starts all inbounds, and the observatory.</summary>
    /// <exception cref="InboundStartException">One or more could not start; the message names them all, and those that could have been stopped again.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var failures = new List<InboundStartException>();
        foreach (var (_, inbound) in _inbounds)
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
        _started.TrySetResult();
    }

    /// <summary>
    /// Takes another configuration's place: starts what is new, exchanges what has changed, lets go of what is gone, and leaves
    /// all else running as it is, with its listeners, sessions and connections. Connections go on where they were routed to.
    /// </summary>
    /// <remarks>Changed inbounds are closed before anything is started, so that addresses can pass from one to another.</remarks>
    public async Task<ReloadResult> ReloadAsync(TunnelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        await _started.Task;
        await _gate.WaitAsync();
        try
        {
            if (_stopped)
            {
                return new ReloadResult { Refusals = ["the program is stopping"] };
            }

            var parts = ConfigParts.Of(config);
            var difference = ConfigDifference.Between(_parts, parts);
            if (difference.IsEmpty)
            {
                return ResultOf(difference, failures: []);
            }

            var refusals = Preflight.Try(difference);
            if (refusals.IsEmpty && difference.Changed.Any(static pair => pair.New.Kind == PartKind.Log) && ChangeLog(config.Log) is { } complaint)
            {
                refusals = [complaint];
            }

            return refusals.IsEmpty
                ? ResultOf(difference, await ApplyAsync(config, parts, difference))
                : new ReloadResult { Refusals = refusals };
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops listening and dialling, lets connections finish until the token fires, then ends everything.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(CancellationToken.None);
        _stopped = true;
        _gate.Release();
        _started.TrySetResult();
        if (_observatory is not null)
        {
            await _observatory.StopAsync();
        }

        if (!_disposed)
        {
            await _stopping.CancelAsync();
        }

        await Task.WhenAll(
        [
            .. _inbounds.Select(item => item.Inbound.StopAsync(cancellationToken)),
            .. _ways.Outbounds.Select(static item => item.Outbound).OfType<IDrainable>().Select(outbound => outbound.DrainAsync(cancellationToken)),
            _retired.StopAsync(cancellationToken),
        ]);
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
        foreach (var (_, outbound) in _ways.Outbounds)
        {
            await outbound.DisposeAsync();
        }

        foreach (var (_, inbound) in _inbounds)
        {
            await inbound.DisposeAsync();
        }

        await _retired.StopAsync(new CancellationToken(canceled: true));
        _retired.Dispose();
        _stopping.Dispose();
    }

    private static bool IsInbound(ConfigPart part) => part.Kind is PartKind.Inbound or PartKind.Bridge;

    private static ReloadResult ResultOf(ConfigDifference difference, ImmutableArray<string> failures) => new()
    {
        Added = [.. difference.Added.Select(static part => part.Name)],
        Changed = [.. difference.Changed.Select(static pair => pair.New.Name)],
        Removed = [.. difference.Removed.Select(static part => part.Name)],
        Unchanged = difference.Unchanged.Count(static pair =>
            pair.New.Kind is PartKind.Inbound or PartKind.Outbound or PartKind.Bridge or PartKind.Portal or PartKind.Balancer),
        Failures = failures,
    };

    private string? ChangeLog(LogConfig log)
    {
        try
        {
            _context.ChangeLog?.Invoke(log);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot open a log file that \"log\" names: {exception.Message}";
        }
    }

    /// <summary>Exchanges the parts; returns what could not be started.</summary>
    private async Task<ImmutableArray<string>> ApplyAsync(TunnelConfig config, ImmutableArray<ConfigPart> parts, ConfigDifference difference)
    {
        _context.ChangePolicy(config.Policy);
        var before = _ways;
        _ways = RuntimeWays.Build(config, parts, _reverse, _context, before, difference);
        _context.Outbounds.Fill(_ways.Outbounds.Select(static item => item.Outbound));
        _dispatcher.TurnTo(_ways.Dispatcher);
        before.Balancers.Retire(_ways.Balancers);

        var exchange = new InboundExchange(_inbounds, difference);
        await exchange.CloseAsync(_retired);
        await exchange.StartAsync(parts.Where(IsInbound), CreateInbound);
        exchange.Follow();
        _inbounds = exchange.Inbounds;

        // What did not start is to be tried again by the next reload.
        _parts = [.. parts.Where(part => !IsInbound(part)), .. _inbounds.Select(static item => item.Part)];
        RetireOutbounds(before, config);
        await ExchangeObservatoryAsync(config);
        return difference.Changed.Any(static pair => pair.New.Kind == PartKind.Limits)
            ? exchange.Failures.Add("limits: what was changed there takes effect when the program is started again")
            : exchange.Failures;
    }

    private void RetireOutbounds(RuntimeWays before, TunnelConfig config)
    {
        foreach (var (part, outbound) in before.Outbounds.Except(_ways.Outbounds, OutboundComparer.Instance))
        {
            // Bridges belong to their virtual domain: where another portal serves it now, they have only changed hands.
            if (part.Value is not ReversePortalConfig portal || !config.Reverse.Portals.Any(other => other.Domain == portal.Domain))
            {
                _retired.Add(outbound);
            }
        }
    }

    private async Task ExchangeObservatoryAsync(TunnelConfig config)
    {
        if (_observatory?.Does(config.Observatory, _ways.Balancers.Outbounds) == true)
        {
            return;
        }

        if (_observatory is not null)
        {
            await _observatory.DisposeAsync();
        }

        _observatory = Observatory.Create(config.Observatory, _ways.Balancers.Outbounds, _context);
        _observatory?.Start();
    }

    private IInbound CreateInbound(ConfigPart part) => part.Value is ReverseBridgeConfig bridge
        ? _reverse.CreateBridge(bridge, _dispatcher, _context)
        : CreateInbound((InboundConfig)part.Value);

    private IInbound CreateInbound(InboundConfig config)
    {
        IDispatcher dispatcher = config.Sniffing.Enabled
            ? new SniffingDispatcher(_dispatcher, config.Sniffing, _context.Time, _context.Loggers.CreateLogger<SniffingDispatcher>())
            : _dispatcher;
        return _reverse.CreateInbound(config, dispatcher, _context) ?? ProtocolFactory.Create(config, dispatcher, _context);
    }

    private sealed class OutboundComparer : IEqualityComparer<(ConfigPart Part, IOutbound Outbound)>
    {
        public static readonly OutboundComparer Instance = new();

        public bool Equals((ConfigPart Part, IOutbound Outbound) x, (ConfigPart Part, IOutbound Outbound) y) => ReferenceEquals(x.Outbound, y.Outbound);

        public int GetHashCode((ConfigPart Part, IOutbound Outbound) item) => item.Outbound.GetHashCode();
    }
}
