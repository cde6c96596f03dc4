using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Kestrel's transport: gives it the queue of each end point.</summary>
internal sealed class VisitorQueues : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>HTTP/1.1, and with TLS whatever that has agreed on.</summary>
    public VisitorQueue General { get; } = new(new VisitorEndPoint("visitors"));

    /// <summary>HTTP/2 without TLS. Kestrel takes it only where nothing else can come.</summary>
    public VisitorQueue PlainHttp2 { get; } = new(new VisitorEndPoint("visitors with HTTP/2"));

    public bool CanBind(EndPoint endpoint) => endpoint == General.EndPoint || endpoint == PlainHttp2.EndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(endpoint == PlainHttp2.EndPoint ? PlainHttp2 : General);
}
