using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Portal.Parking;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Replay;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal;

/// <summary>
/// A <c>reverse.portals</c> item: an outbound that gives each visitor a stream on a session of its virtual domain, and lets it
/// wait where there is none. Bridges come by another door, <see cref="TakeAsync"/>, which only an interconnect inbound opens
/// after it has checked their proof: nothing a visitor says can make it a bridge.
/// </summary>
internal sealed class PortalOutbound : IOutbound, IBridgeTaker, IDialer, IReadiness, IDrainable, IRetiring
{
    /// <summary>How long the last streams of a session may take when the program ends; visitors have had their time before.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    /// <summary>In this time visitors who were accepted before the end of listening find their sessions; sniffing a silent one takes 200 ms.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(300);

    /// <summary>To how many sessions one visitor is given: a request that brings down its bridge must not go round for ever.</summary>
    private const int MaxTries = 4;

    private readonly ReversePortalConfig _config;
    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly ILogger _logger;
    private readonly StreamOpener _opener;
    private readonly ParkingLot? _lot;
    private readonly Turnstile _turnstile;

    public PortalOutbound(ReversePortalConfig config, ISessionRegistry registry, RuntimeContext context)
    {
        _config = config;
        _context = context;
        _status = context.StatusLogger;
        _logger = context.Loggers.CreateLogger<PortalOutbound>();
        _opener = new StreamOpener(config.Domain, registry, Random.Shared.Next);
        _turnstile = new Turnstile(config, _opener, _logger, context.Time);
        if (config.Parking is { } parking)
        {
            var report = new ParkingReport(config, parking, _status, context.Metrics, context.Time);
            _lot = new ParkingLot(parking, metadata => _opener.TryOpen(metadata), report, context.Time);
        }
    }

    public string Tag => _config.Tag;

    public string Description => _config.Domain;

    public string VirtualDomain => _config.Domain;

    public string ControlDomain => _config.ControlDomain;

    /// <summary>Whether a bridge is there, and takes visitors: balancers pass over a portal where they would have to wait.</summary>
    public bool IsReady => _opener.IsReady;

    public async Task TakeAsync(BridgeSession session)
    {
        using var counted = _context.Metrics.Session(_config.Domain);
        var registration = _opener.Add(session);
        PortalLog.BridgeConnected(_status, _config.Domain, session.Peer, session.Credential, _opener.Sessions.Length);
        _lot?.Serve();

        // A session that drains stays known until it ends; it is just not picked.
        var end = await session.Session.Completion;
        registration.Dispose();
        PortalLog.BridgeGone(_status, _config.Domain, session.Peer, end.Message, _opener.Sessions.Length);
    }

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (info.Destination.Network == Network.Udp)
        {
            await CarryDatagramsAsync(info, pipe, cancellationToken);
        }
        else
        {
            await CarryAsync(info, new ReplayableConnection(pipe), cancellationToken);
        }
    }

    /// <summary>
    /// A stream to a bridge, for another outbound or the web front. It waits for a session as visitors do; the stream is sent on at
    /// once, and whether the target can be reached shows with the first read.
    /// </summary>
    public async Task<Carrier> DialAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        var metadata = new StreamMetadata(new Destination(Network.Tcp, host, port), Source: null);
        var opened = _lot is not { Count: > 0 } ? _opener.TryOpen(metadata) : null;
        if (opened is null && _lot?.TryPark(metadata) is { } place)
        {
            opened = await WaitAsync(place, (options ?? SocketDialOptions.Default).Timeout, cancellationToken);
        }

        return opened is { Stream: var stream }
            ? Carrier.Of(new PipeConnection(stream, () => stream.Abort(MuxErrorCode.Cancel)))
            : throw new DialException(DialFailure.Unreachable, metadata.Destination.ToString(), $"no bridge of '{_config.Domain}' can take it now");
    }

    /// <summary>
    /// Tells bridges early that it is time for another portal: they dial at once, while visitors who are here finish on the old
    /// sessions. Those who wait can no longer be helped here.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _lot?.Stop();
        if (_opener.Sessions.IsEmpty)
        {
            return;
        }

        await Task.Delay(SettleTime, _context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_opener.Sessions.Select(session => session.Session.DrainAsync(cancellationToken)));
    }

    /// <summary>Lets the bridges' sessions end when their streams have.</summary>
    public Task RetireAsync(CancellationToken cancellationToken)
    {
        _lot?.Stop();
        return Task.WhenAll(_opener.Sessions.Select(session => session.Session.DrainAsync(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        _lot?.Dispose();
        using var farewell = new CancellationTokenSource(FarewellTime);
        await Task.WhenAll(_opener.Sessions.Select(session => session.Session.DrainAsync(farewell.Token)));
    }

    /// <summary>Datagrams do not wait, and nobody sends them again: that is what they are.</summary>
    private async Task CarryDatagramsAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (_opener.TryOpen(MetadataOf(info)) is not { } opened)
        {
            await pipe.AbortAsync(_turnstile.Refuse(info));
            return;
        }

        Report(info, opened.Session, await RelayAsync(info, pipe, opened, cancellationToken));
    }

    private async Task CarryAsync(ConnectionInfo info, ReplayableConnection visitor, CancellationToken cancellationToken)
    {
        var arrived = _context.Time.GetTimestamp();
        BridgeSession? refused = null;
        for (var tries = 1; ;)
        {
            if (await OpenAsync(info, visitor, refused, arrived, cancellationToken) is not { } opened)
            {
                return;
            }

            var result = await RelayAsync(info, visitor.Begin(), opened, cancellationToken);
            var mayGoOn = result.End == RelayEnd.RightFailed && !cancellationToken.IsCancellationRequested && await visitor.CanRepeatAsync();

            // Who is refused and can wait is bounded by the time that it may wait.
            refused = visitor.WasRefused ? opened.Session : null;
            if (!mayGoOn || ((refused is null || _lot is null) && tries++ == MaxTries))
            {
                visitor.Finish();
                Report(info, opened.Session, result);
                return;
            }

            _context.Metrics.Replayed(Tag);
            PortalLog.Replayed(_logger, info.Source, _config.Domain, visitor.FailureReason);
        }
    }

    /// <summary>A stream, at once or after a wait; null where the visitor was turned away, or has left.</summary>
    private async Task<OpenedStream?> OpenAsync(
        ConnectionInfo info, ReplayableConnection visitor, BridgeSession? refused, long arrived, CancellationToken cancellationToken)
    {
        var metadata = MetadataOf(info);

        // Those who wait come first.
        if (_lot is not { Count: > 0 } && _opener.TryOpen(metadata, refused) is { } stream)
        {
            return stream;
        }

        if (_lot is not null)
        {
            if ((refused is null ? _lot.TryPark(metadata) : _lot.TryParkAgain(metadata, arrived)) is { } place)
            {
                return await WaitAsync(info, visitor, place, cancellationToken);
            }

            _context.Metrics.NotParked(Tag, "full");
        }

        await _turnstile.TurnAwayAsync(info, visitor);
        return null;
    }

    private async Task<OpenedStream?> WaitAsync(
        ConnectionInfo info, ReplayableConnection visitor, ParkedVisitor place, CancellationToken cancellationToken)
    {
        await using var abort = cancellationToken.UnsafeRegister(_ => _lot!.Leave(place), null);
        var stays = await visitor.WaitAsync(place.Ended);
        if (!stays)
        {
            _lot!.Leave(place);
        }

        var opened = (await place.Ended).Stream;
        if (stays && !cancellationToken.IsCancellationRequested)
        {
            if (opened is null)
            {
                await _turnstile.TurnAwayAsync(info, visitor);
            }

            return opened;
        }

        if (opened is not null)
        {
            await opened.Stream.AbortAsync(new MuxStreamException(MuxErrorCode.Cancel, "the visitor has left"));
        }

        await visitor.AbortAsync(new IOException("The visitor has left."));
        return null;
    }

    /// <summary>A stream for one that dials; null where none came in time.</summary>
    private async Task<OpenedStream?> WaitAsync(ParkedVisitor place, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, _context.Time);
        await using var leaveLate = late.Token.UnsafeRegister(_ => _lot!.Leave(place), null);
        await using var leave = cancellationToken.UnsafeRegister(_ => _lot!.Leave(place), null);
        var opened = (await place.Ended).Stream;
        if (cancellationToken.IsCancellationRequested)
        {
            opened?.Stream.Abort(MuxErrorCode.Cancel);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return opened;
    }

    private async Task<RelayResult> RelayAsync(ConnectionInfo info, IDuplexPipe pipe, OpenedStream opened, CancellationToken cancellationToken)
    {
        var result = await Relay.RunAsync(pipe, opened.Stream, _context.RelayOptionsOf(info.Level).For(info), cancellationToken);
        _context.Metrics.Relayed(Tag, result.LeftToRight, result.RightToLeft);
        return result;
    }

    private void Report(ConnectionInfo info, BridgeSession session, RelayResult result)
    {
        if (result.Error is MuxStreamException { Code: not MuxErrorCode.Cancel } failure && result.End == RelayEnd.RightFailed)
        {
            PortalLog.TargetFailed(_logger, info.Source, _config.Domain, session.Peer, failure.Message);
        }

        PortalLog.VisitorEnded(_logger, info.Source, _config.Domain, result.LeftToRight, result.RightToLeft, result.End, result.Error?.Message);
    }

    private static StreamMetadata MetadataOf(ConnectionInfo info) => new(info.Destination, info.Source, info.Visited);
}
