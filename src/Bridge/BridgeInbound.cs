using System.Collections.Immutable;
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
public sealed class BridgeInbound : IInbound
{
    private readonly ReverseBridgeConfig _config;
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ConnectionTracker _streams = new();
    private ImmutableArray<WorkerGroup> _groups = [];

    public BridgeInbound(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _dispatcher = dispatcher;
        _context = context;
    }

    public string Tag => _config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var dialer = FindDialer() ?? throw new InboundStartException(
            $"The bridge '{Tag}' cannot dial a portal: the router sends tcp:{_config.Domain}:0 from inbound '{Tag}' to "
            + $"{_dispatcher.Route(Describe(InterconnectDestination))?.Description ?? "no outbound"}, which carries no sessions. "
            + $"Add a rule with \"inboundTag\": [\"{Tag}\"] and \"domain\": [\"full:{_config.Domain}\"] that leads to an outbound of protocol 'tunnel'.");
        _groups = [.. Enumerable.Range(0, dialer.Portals.Count)
            .Select(portal => new WorkerGroup(_config.Domain, FindDialer, portal, ServeAsync, _context))];
        foreach (var group in _groups)
        {
            group.Start();
        }

        // Real traffic has some other destination; this stands for any.
        var sample = Describe(new Destination(Network.Tcp, "127.0.0.1", 80));
        BridgeLog.Serving(
            _context.StatusLogger, _config.Domain, _dispatcher.Route(sample)?.Description ?? "nowhere", string.Join(", ", dialer.Portals));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_groups.Select(group => group.StopAsync(cancellationToken)));
        await _streams.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        foreach (var group in _groups)
        {
            group.Dispose();
        }

        _groups = [];
        _streams.Dispose();
    }

    private Destination InterconnectDestination => new(Network.Tcp, _config.Domain, 0);

    private IInterconnectDialer? FindDialer() => _dispatcher.Route(Describe(InterconnectDestination)) as IInterconnectDialer;

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
