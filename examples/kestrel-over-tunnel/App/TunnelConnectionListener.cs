using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Tunnel.Bridge;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using ConnectionInfo = Tunnel.Shared.Dispatch.ConnectionInfo;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>
/// Gives Kestrel the streams of a bridge as connections. The bridge dials, dials again and drains as the program <c>bridge</c>
/// does; this type stands where that program has its router: it says who dials, and takes what comes.
/// </summary>
internal sealed class TunnelConnectionListener : IConnectionListener, IDispatcher
{
    private readonly BridgeInbound _bridge;
    private readonly PortalDialer _dialer;
    private readonly Channel<TunnelConnectionContext> _accepted = Channel.CreateUnbounded<TunnelConnectionContext>();
    private readonly CancellationTokenSource _abort = new();
    private Task _stopped = Task.CompletedTask;

    public TunnelConnectionListener(TunnelEndPoint endPoint, RuntimeContext context)
    {
        EndPoint = endPoint;
        _dialer = new PortalDialer(endPoint, context.Mux, context.StatusLogger);
        _bridge = new BridgeInbound(new ReverseBridgeConfig { Tag = "kestrel", Domain = endPoint.VirtualDomain }, this, context);
    }

    public EndPoint EndPoint { get; }

    public Task StartAsync(CancellationToken cancellationToken) => _bridge.StartAsync(cancellationToken);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Takes no more visitors. Those that exist end when Kestrel closes them, so they are not waited for here.</summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (_accepted.Writer.TryComplete())
        {
            _stopped = _bridge.StopAsync(_abort.Token);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await _abort.CancelAsync();
        await _stopped;
        await _bridge.DisposeAsync();
        _abort.Dispose();
    }

    IOutbound IDispatcher.Route(ConnectionInfo info) => _dialer;

    /// <summary>A visitor's stream; returns when Kestrel is done with it.</summary>
    async Task IDispatcher.DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var connection = new TunnelConnectionContext((IMuxStream)pipe, EndPoint);
        if (!_accepted.Writer.TryWrite(connection))
        {
            // Refused says that nothing of it was handled.
            ((IMuxStream)pipe).Abort(MuxErrorCode.Refused, "the app is stopping");
            await connection.DisposeAsync();
            return;
        }

        await using var abort = cancellationToken.Register(() => connection.Abort(new ConnectionAbortedException("the app is stopping")));
        await connection.Finished;
    }
}
