using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal;

/// <summary>
/// A <c>reverse.portals</c> item: an outbound that gives each visitor a stream on a session of its virtual domain. Bridges
/// come by another door, <see cref="TakeAsync"/>, which only an interconnect inbound opens after it has checked their proof:
/// nothing a visitor says can make it a bridge.
/// </summary>
internal sealed class PortalOutbound(ReversePortalConfig config, ISessionRegistry registry, RuntimeContext context)
    : IOutbound, IBridgeTaker, IDialer, IReadiness, IRetiring
{
    /// <summary>How long the last streams of a session may take when the program ends; visitors have had their time before.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly ILogger _status = context.StatusLogger;
    private readonly ILogger _logger = context.Loggers.CreateLogger<PortalOutbound>();

    public string Tag => config.Tag;

    public string Description => config.Domain;

    public string VirtualDomain => config.Domain;

    public string ControlDomain => config.ControlDomain;

    /// <summary>Whether a bridge is there, and takes visitors.</summary>
    public bool IsReady => registry.Find(config.Domain).Any(session => session.CanOpen);

    public async Task TakeAsync(BridgeSession session)
    {
        using var counted = context.Metrics.Session(config.Domain);
        Predecessors.Settle(registry.Find(config.Domain), session);
        var registration = registry.Add(session);
        PortalLog.BridgeConnected(_status, config.Domain, session.Peer, session.Credential, registry.Find(config.Domain).Length);

        // A session that drains stays known until it ends; it is just not picked.
        var end = await session.Session.Completion;
        registration.Dispose();
        PortalLog.BridgeGone(_status, config.Domain, session.Peer, end.Message, registry.Find(config.Domain).Length);
    }

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var (session, stream) = Open(new StreamMetadata(info.Destination, info.Source, info.Visited));
        if (session is null || stream is null)
        {
            var workers = registry.Find(config.Domain).Count(bridge => bridge.IsConnected);
            if (workers == 0)
            {
                PortalLog.NoBridge(_logger, config.Domain, info.Source);
            }
            else
            {
                PortalLog.WorkersFull(_logger, workers, config.Domain, info.Source);
            }

            await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.Refused, $"no bridge of {config.Domain} can take the visitor"));
            return;
        }

        var limits = RelayOptions.Of(context.Policy.Of(info.Level)).For(info) with { TimeProvider = context.Time };
        var result = await Relay.RunAsync(pipe, stream, limits, cancellationToken);
        context.Metrics.Relayed(Tag, result.LeftToRight, result.RightToLeft);
        if (result.Error is MuxStreamException { Code: not MuxErrorCode.Cancel } failure && result.End == RelayEnd.RightFailed)
        {
            PortalLog.TargetFailed(_logger, info.Source, config.Domain, session.Peer, failure.Message);
        }

        PortalLog.VisitorEnded(_logger, info.Source, config.Domain, result.LeftToRight, result.RightToLeft, result.End, result.Error?.Message);
    }

    /// <summary>A stream to a bridge, for another outbound. It is sent on at once; whether the target can be reached shows with the first read.</summary>
    public Task<Carrier> DialAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        var destination = new Destination(Network.Tcp, host, port);
        return Open(new StreamMetadata(destination, Source: null)).Stream is { } stream
            ? Task.FromResult(Carrier.Of(new PipeConnection(stream, () => stream.Abort(MuxErrorCode.Cancel))))
            : Task.FromException<Carrier>(new DialException(
                DialFailure.Unreachable, destination.ToString(), $"no bridge of '{config.Domain}' can take it now"));
    }

    /// <summary>Lets the bridges' sessions end when their streams have.</summary>
    public Task RetireAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(registry.Find(config.Domain).Select(session => session.Session.DrainAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        using var farewell = new CancellationTokenSource(FarewellTime);
        await Task.WhenAll(registry.Find(config.Domain).Select(session => session.Session.DrainAsync(farewell.Token)));
    }

    /// <summary>A session can fill up or end between the choice and the opening; then another one is chosen.</summary>
    private (BridgeSession? Session, IMuxStream? Stream) Open(StreamMetadata metadata)
    {
        var candidates = registry.Find(config.Domain);
        while (SessionPicker.Pick(candidates, Random.Shared.Next) is { } session)
        {
            if (session.Session.TryOpen(metadata) is { } stream)
            {
                return (session, stream);
            }

            // Asked once: one that says it has room and then refuses must not be asked for ever.
            candidates = candidates.Remove(session);
        }

        // A session of Mux.Cool that waits for a slow reader says that it has no room, and is better than none.
        foreach (var session in registry.Find(config.Domain).Where(session => session.Link is null).OrderBy(session => session.Session.StreamCount))
        {
            if (session.Session.TryOpen(metadata) is { } stream)
            {
                return (session, stream);
            }
        }

        return (null, null);
    }
}
