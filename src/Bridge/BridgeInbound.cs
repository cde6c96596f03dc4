using Tunnel.Bridge.Workers;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Bridge;

/// <summary>
/// A <c>reverse.bridges</c> item: an inbound whose connections are the streams that portals open. Its own dials go through
/// the router too, to the virtual domain's port 0, which is how V2Ray tells the interconnect from real traffic.
/// </summary>
public sealed class BridgeInbound : IInbound, IRouteFollower
{
    private readonly ReverseBridgeConfig _config;
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ConnectionTracker _streams = new();

    // Guards what is below: a reload may come while the ways before are still being left.
    private readonly Lock _gate = new();
    private readonly HashSet<PortalWorkers> _left = [];
    private PortalWorkers? _workers;
    private bool _closed;

    public BridgeInbound(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _dispatcher = dispatcher;
        _context = context;
    }

    public string Tag => _config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var dialer = FindDialer();
        lock (_gate)
        {
            _workers = WorkersOf(dialer);
            _workers.Start();
        }

        LogServing(dialer);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Where the router now names another outbound for the interconnect, or one that was changed: dials with that one, and leaves
    /// the sessions before, once there are new ones, to finish their streams.
    /// </summary>
    public void FollowRoutes()
    {
        var dialer = FindDialer();
        lock (_gate)
        {
            if (_closed || _workers is null || _workers.AreUpToDate(dialer))
            {
                return;
            }

            var before = _workers;
            _workers = WorkersOf(dialer);
            _workers.Start();
            _left.Add(before);
            _ = LeaveAsync(before, _workers);
        }

        LogServing(dialer);
    }

    /// <summary>Dials no more. Sessions belong to their streams.</summary>
    public async Task CloseAsync()
    {
        PortalWorkers[] all;
        lock (_gate)
        {
            _closed = true;
            all = All();
        }

        await Task.WhenAll(all.Select(static workers => workers.CloseAsync()));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        PortalWorkers[] all;
        lock (_gate)
        {
            all = All();
        }

        await Task.WhenAll(all.Select(workers => workers.StopAsync(cancellationToken)));
        await _streams.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _workers?.Dispose();
        _streams.Dispose();
    }

    private Destination InterconnectDestination => new(Network.Tcp, _config.Domain, 0);

    private PortalWorkers WorkersOf(IInterconnectDialer dialer) => new(_config.Domain, dialer, () => Route(InterconnectDestination) as IInterconnectDialer, ServeAsync, _context);

    // Under _gate.
    private PortalWorkers[] All() => _workers is null ? [.. _left] : [.. _left, _workers];

    private async Task LeaveAsync(PortalWorkers before, PortalWorkers next)
    {
        await before.LeaveForAsync(next);
        lock (_gate)
        {
            _left.Remove(before);
        }
    }

    /// <exception cref="InboundStartException">The rules lead to no outbound that carries sessions.</exception>
    private IInterconnectDialer FindDialer() => Route(InterconnectDestination) as IInterconnectDialer
        ?? throw new InboundStartException(
            $"The bridge '{Tag}' cannot dial a portal: the router sends tcp:{_config.Domain}:0 from inbound '{Tag}' to "
            + $"{Route(InterconnectDestination)?.Description ?? "no outbound"}, which carries no sessions. "
            + $"Add a rule with \"inboundTag\": [\"{Tag}\"] and \"domain\": [\"full:{_config.Domain}\"] that leads to an outbound of protocol 'tunnel'.");

    private void LogServing(IInterconnectDialer dialer)
    {
        // Real traffic has some other destination; this stands for any.
        var goesTo = Route(new Destination(Network.Tcp, "127.0.0.1", 80))?.Description ?? "nowhere";
        BridgeLog.Serving(_context.StatusLogger, _config.Domain, goesTo, string.Join(", ", dialer.Portals));
    }

    private IOutbound? Route(Destination destination) => _dispatcher.Route(Describe(destination));

    private async Task ServeAsync(IMuxSession session)
    {
        while (await session.AcceptAsync() is { } stream)
        {
            _streams.Run(token => _dispatcher.DispatchAsync(
                Describe(stream.Metadata.Destination) with { Source = stream.Metadata.Source, Visited = stream.Metadata.Visited },
                stream,
                token));
        }
    }

    private ConnectionInfo Describe(Destination destination) => new() { InboundTag = Tag, Destination = destination };
}
