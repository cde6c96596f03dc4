using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Mux.Native;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;
using ConnectionInfo = Tunnel.Shared.Dispatch.ConnectionInfo;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>Dials the portal for the bridge: TCP, TLS, handshake, and a session on top.</summary>
internal sealed class PortalDialer(TunnelEndPoint portal, MuxOptions mux) : IOutbound, IInterconnectDialer
{
    public string Tag => "portal";

    public string Description => "Kestrel";

    public IReadOnlyList<string> Portals { get; } = [$"{portal.Host}:{portal.Port}"];

    public async Task<IMuxSession> DialAsync(int index, string virtualDomain, CancellationToken cancellationToken)
    {
        var options = new InterconnectDialOptions { Host = portal.Host, Port = portal.Port, Key = portal.Key, Pool = mux.Pool };
        var connection = await InterconnectDialer.DialAsync(options, virtualDomain, cancellationToken);
        var session = MuxSession.Start(connection.Connection, isDialler: true, mux);
        _ = CloseAfterAsync(connection, session);
        return session;
    }

    /// <summary>Connections do not come here: the listener hands them to Kestrel.</summary>
    public Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task CloseAfterAsync(InterconnectConnection connection, MuxSession session)
    {
        await session.Completion;
        await connection.DisposeAsync();
    }
}
