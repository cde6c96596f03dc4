using System.Net;
using Microsoft.AspNetCore.Connections;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.State;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>Makes listeners for <see cref="TunnelEndPoint"/>s, and for nothing else.</summary>
internal sealed class TunnelTransportFactory(ILoggerFactory loggers, TunnelMetrics metrics) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is TunnelEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var context = new RuntimeContext { Loggers = loggers, Metrics = metrics, StateDirectory = StateDirectory.Default() };
        var listener = new TunnelConnectionListener((TunnelEndPoint)endpoint, context);
        await listener.StartAsync(cancellationToken);
        return listener;
    }
}
