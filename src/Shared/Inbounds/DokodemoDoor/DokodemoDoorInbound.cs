using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

/// <summary>Protocol <c>dokodemo-door</c>: every connection to its ports, and every flow of datagrams, goes to one fixed destination, as the router says.</summary>
internal sealed class DokodemoDoorInbound(InboundConfig config, DokodemoDoorSettings settings, IDispatcher dispatcher, RuntimeContext context) : IInbound
{
    private readonly ILogger _status = context.StatusLogger;
    private readonly ILogger _logger = context.Loggers.CreateLogger<DokodemoDoorInbound>();
    private readonly ConnectionTracker _connections = new();
    private readonly VisitorGate _visitors = context.VisitorGateOf(config.Tag);
    private ImmutableArray<DokodemoDoorListeners> _listeners = [];
    private DatagramListenerOptions? _datagrams;

    public string Tag => config.Tag;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _datagrams = new DatagramListenerOptions
        {
            Accepted = flow => _connections.Run(token => ServeAsync(flow, token)),
            Drops = new DatagramDrops(context.Metrics, config.Tag),
            Gate = config.Stream.ProxyProtocol is { } proxies ? new DatagramGate(proxies, _logger) : null,
            Pool = context.Pool,
            Time = context.Time,
        };
        foreach (var endPoint in ListenEndPoints.Of(config))
        {
            var listeners = await DokodemoDoorListeners.BindAsync(
                endPoint,
                settings.Networks,
                address => SocketListener.Start(
                    address,
                    config.Stream,
                    socket => _connections.Run(token => _visitors.RunAsync(socket, () => ServeAsync(socket, token))),
                    _visitors,
                    _logger,
                    context.Time),
                address => DatagramListener.Bind(address, _datagrams));
            _listeners = _listeners.Add(listeners);
            listeners.Datagrams?.Start();
            if (listeners.Connections is { } connections)
            {
                DokodemoDoorLog.Serving(_status, EndPointText.Of(connections.BoundEndPoint), GoesTo(Network.Tcp));
            }

            if (listeners.Datagrams is { } datagrams)
            {
                DokodemoDoorLog.Serving(_status, "udp:" + EndPointText.Of(datagrams.BoundEndPoint), GoesTo(Network.Udp));
            }
        }
    }

    /// <summary>Flows of datagrams end, because they send from the listener's address.</summary>
    public async Task CloseAsync()
    {
        await Task.WhenAll(_listeners.Select(static listeners => listeners.Connections?.StopAsync() ?? Task.CompletedTask));
        foreach (var listeners in _listeners)
        {
            await (listeners.Datagrams?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
        [
            .. _listeners.Select(listeners => listeners.Connections?.StopAsync() ?? Task.CompletedTask),
            .. _listeners.Select(listeners => listeners.Datagrams?.StopAsync(cancellationToken) ?? Task.CompletedTask),
        ]);
        await _connections.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        foreach (var listeners in _listeners)
        {
            await (listeners.Connections?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (listeners.Datagrams?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _connections.Dispose();
    }

    private async Task ServeAsync(AcceptedSocket socket, CancellationToken cancellationToken)
    {
        SocketConnection connection;
        try
        {
            connection = new SocketConnection(socket, context.Pool);
        }
        catch (SocketException)
        {
            // Gone before it was looked at.
            socket.Dispose();
            return;
        }

        await using (connection)
        {
            await dispatcher.DispatchAsync(Describe(Network.Tcp, connection.RemoteEndPoint as IPEndPoint, connection.LocalEndPoint as IPEndPoint), connection, cancellationToken);
        }
    }

    private async Task ServeAsync(DatagramFlow flow, CancellationToken cancellationToken)
    {
        using (flow)
        {
            await dispatcher.DispatchAsync(Describe(Network.Udp, flow.Visitor, visited: null), flow, cancellationToken);
        }
    }

    private string GoesTo(Network network) => dispatcher.Route(Describe(network, source: null, visited: null))?.Description ?? "nowhere (there is no outbound)";

    private ConnectionInfo Describe(Network network, IPEndPoint? source, IPEndPoint? visited) => new()
    {
        InboundTag = config.Tag,
        Destination = new Destination(network, settings.Address!, settings.Port),
        Level = settings.UserLevel,

        // As in V2Ray, which heeds it on level 0 alone.
        IdleTimeout = settings.UserLevel == 0 ? settings.Timeout : null,
        Source = source,
        Visited = visited,
    };
}
