using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

/// <summary>Protocol <c>dokodemo-door</c>: every connection to its ports goes to one fixed destination, as the router says.</summary>
internal sealed class DokodemoDoorInbound(InboundConfig config, DokodemoDoorSettings settings, IDispatcher dispatcher, RuntimeContext context) : IInbound
{
    private readonly ILogger _status = context.StatusLogger;
    private readonly ILogger _logger = context.Loggers.CreateLogger<DokodemoDoorInbound>();
    private readonly Destination _destination = new(Network.Tcp, settings.Address!, settings.Port);
    private readonly ConnectionTracker _connections = new();
    private ImmutableArray<SocketListener> _listeners = [];

    public string Tag => config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var endPoint in ListenEndPoints.Of(config))
        {
            var listener = SocketListener.Start(
                endPoint, config.Stream, socket => _connections.Run(token => ServeAsync(socket, token)), _logger, context.Time);
            _listeners = _listeners.Add(listener);
            var goesTo = dispatcher.Route(Describe(source: null, visited: null))?.Description ?? "nowhere (there is no outbound)";
            DokodemoDoorLog.Serving(_status, EndPointText.Of(listener.BoundEndPoint), goesTo);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));
        await _connections.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
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
            await dispatcher.DispatchAsync(Describe(connection.RemoteEndPoint as IPEndPoint, connection.LocalEndPoint as IPEndPoint), connection, cancellationToken);
        }
    }

    private ConnectionInfo Describe(IPEndPoint? source, IPEndPoint? visited) => new()
    {
        InboundTag = config.Tag,
        Destination = _destination,
        Level = settings.UserLevel,

        // As in V2Ray, which heeds it on level 0 alone.
        IdleTimeout = settings.UserLevel == 0 ? settings.Timeout : null,
        Source = source,
        Visited = visited,
    };
}
