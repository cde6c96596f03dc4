using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using ConnectionInfo = Tunnel.Shared.Dispatch.ConnectionInfo;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>Dials the portal for the bridge: TCP, TLS, handshake, and a session on top.</summary>
internal sealed class PortalDialer(TunnelEndPoint portal, MuxOptions mux, ILogger log) : IOutbound, IInterconnectDialer
{
    public string Tag => "portal";

    public string Description => "Kestrel";

    public IReadOnlyList<string> Portals { get; } = [$"{portal.Host}:{portal.Port}"];

    public Task<IMuxSession> DialAsync(int index, string virtualDomain, CancellationToken cancellationToken)
    {
        var options = new InterconnectDialOptions { Host = portal.Host, Port = portal.Port, Key = portal.Key, Pool = mux.Pool };
        return BridgeSessions.OpenAsync(options, virtualDomain, mux, log, cancellationToken);
    }

    /// <summary>Connections do not come here: the listener hands them to Kestrel.</summary>
    public Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
