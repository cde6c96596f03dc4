using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds;

/// <summary>
/// The listeners of an inbound for visitors, on all of its addresses: counts visitors and turns away too many, reads PROXY
/// protocol headers, takes inherited sockets, and keeps track of what is being served.
/// </summary>
/// <param name="config">The inbound.</param>
/// <param name="context">Limits, loggers, time.</param>
/// <param name="serve">Serves one visitor, whose socket it owns, until it is gone. The token fires when that has to be now.</param>
public sealed class VisitorListeners(InboundConfig config, RuntimeContext context, Func<AcceptedSocket, CancellationToken, Task> serve) : IAsyncDisposable
{
    private readonly ConnectionTracker _connections = new();
    private readonly VisitorGate _visitors = context.VisitorGateOf(config.Tag);
    private ImmutableArray<SocketListener> _listeners = [];

    /// <summary>The addresses in use, with the ports that the system chose; empty before the start.</summary>
    public IReadOnlyList<EndPoint> BoundEndPoints => [.. _listeners.Select(static listener => listener.BoundEndPoint)];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="InboundStartException">An address cannot be used; those before it are listened on, until this is disposed.</exception>
    public void Start()
    {
        var logger = context.Loggers.CreateLogger<VisitorListeners>();
        foreach (var endPoint in ListenEndPoints.Of(config))
        {
            _listeners = _listeners.Add(SocketListener.Start(
                endPoint,
                config.Stream,
                socket => _connections.Run(aborted => _visitors.RunAsync(socket, () => serve(socket, aborted))),
                _visitors,
                logger,
                context.Time));
        }
    }

    /// <summary>Listens no more; visitors who are there stay.</summary>
    public Task CloseAsync() => Task.WhenAll(_listeners.Select(static listener => listener.StopAsync()));

    /// <summary>Listens no more, and waits until all visitors are gone; when the token fires, they have to go now.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
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
}
