using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Transport;
using Tunnel.Shared.VMess;

namespace Tunnel.Shared.Inbounds.VMess;

/// <summary>
/// Protocol <c>vmess</c> as an inbound. A request for the virtual domain of the portal that the router chooses makes the
/// connection a bridge's, as in V2Ray; every other one is routed like any connection.
/// </summary>
internal sealed class VMessInbound : IInbound, IReconfigurable, IRetiring
{
    // A refused peer is read on for up to a minute, so that it learns nothing: more room than the native handshake needs.
    private const int MaxHandshakes = 1024;
    private const int MaxHandshakesPerAddress = 128;
    private const int IdDigitsInLogs = 8;

    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly ILogger _logger;
    private readonly CoolOptions _cool;
    private readonly HandshakeAdmission _admission;
    private readonly DatagramDrops _drops;

    // Whatever came in, and those of it that are visitors' connections: only these are waited for when the program stops.
    private readonly ConnectionTracker _connections = new();
    private readonly ConnectionTracker _visitors = new();
    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<SocketListener> _listeners = [];

    // Replaced together, by one reload at a time: of the settings only the clients differ then, of the transport all but the address.
    private volatile InboundConfig _config;
    private volatile VMessInboundSettings _settings;
    private volatile StreamServerOptions? _transport;
    private VMessServer? _server;

    public VMessInbound(InboundConfig config, VMessInboundSettings settings, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _settings = settings;
        _dispatcher = dispatcher;
        _context = context;
        _status = context.StatusLogger;
        _logger = context.Loggers.CreateLogger<VMessInbound>();
        _cool = settings.StallDeadline is { } deadline ? context.Cool with { StallDeadline = deadline } : context.Cool;
        _drops = new DatagramDrops(context.Metrics, config.Tag);
        _admission = new HandshakeAdmission(MaxHandshakes, MaxHandshakesPerAddress, context.Time);
    }

    public string Tag => _config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _transport = TransportOf(_config);
        _server = new VMessServer(new VMessServerOptions
        {
            Users = UsersOf(_settings),
            AllowLegacy = _settings.AllowLegacyHeader,
            HandshakeDeadline = _context.Policy.Of(0).Handshake ?? PolicyDefaults.Handshake,
            Pool = _context.Pool,
            TimeProvider = _context.Time,
        });
        foreach (var endPoint in ListenEndPoints.Of(_config))
        {
            var listener = SocketListener.Start(
                endPoint, _config.Stream, socket => _connections.Run(token => ServeAsync(socket, token)), _logger, _context.Time);
            _listeners = _listeners.Add(listener);
            var transport = StreamText.Of(_config.Stream);
            if (_dispatcher.Route(Describe(new Destination(Network.Tcp, "example.invalid", 0), null)) is IBridgeTaker)
            {
                VMessInboundLog.ListeningForBridges(_status, EndPointText.Of(listener.BoundEndPoint), transport);
            }
            else
            {
                VMessInboundLog.Listening(_status, EndPointText.Of(listener.BoundEndPoint), transport);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes over other clients and another transport on the same address; who is connected stays.</summary>
    public bool TryReconfigure(InboundConfig config, bool filesChanged)
    {
        if (config.Settings is not VMessInboundSettings settings
            || !ValueEquality.AreEqual(_config.Stream.ProxyProtocol, config.Stream.ProxyProtocol)
            || !ValueEquality.AreEqual(_config, config with { Settings = settings with { Clients = _settings.Clients }, Stream = _config.Stream }))
        {
            return false;
        }

        // The one before is left to the collector: handshakes that are under way use its certificates.
        var transport = TransportOf(config);
        try
        {
            _server!.ReplaceUsers(UsersOf(settings));
        }
        catch (ArgumentException exception)
        {
            transport.Dispose();
            throw new InboundStartException($"The inbound '{config.Tag}' cannot take these clients: {exception.Message}", exception);
        }

        _transport = transport;
        _settings = settings;
        _config = config;
        return true;
    }

    /// <summary>Waits for bridges too: V2Ray's stay as long as they are connected.</summary>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await _connections.DrainAsync(cancellationToken);
    }

    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));
    }

    /// <summary>Stops listening and waits for visitors' connections. Bridges' belong to their portals, which drain them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await _visitors.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _connections.DrainAsync(new CancellationToken(canceled: true));
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _server?.Dispose();
        _transport?.Dispose();
        _connections.Dispose();
        _visitors.Dispose();
        _stop.Dispose();
    }

    private static ImmutableArray<VMessUser> UsersOf(VMessInboundSettings settings) =>
        [.. settings.Clients.Select(static client => new VMessUser(new VMessId(client.Id.ToBytes()), client.Email, client.Level, client.AlterId))];

    private StreamServerOptions TransportOf(InboundConfig config)
    {
        try
        {
            return new StreamServerOptions(config.Stream) { LongLived = true, Pool = _context.Pool, TimeProvider = _context.Time };
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{config.Tag}' has no certificate: {exception.Message}", exception);
        }
    }

    private async Task ServeAsync(AcceptedSocket socket, CancellationToken cancellationToken)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        if (_admission.TryEnter(address) is { } reason)
        {
            socket.Dispose();
            _context.Metrics.Handshake(reason.ToString());
            return;
        }

        IConnection? connection = null;
        VMessAcceptOutcome.Accepted? accepted = null;
        try
        {
            connection = await AcceptTransportAsync(socket);
            accepted = connection is null ? null : await AcceptRequestAsync(connection);
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
        finally
        {
            _admission.Exit(address, failed: accepted is null);
        }

        if (accepted is not null)
        {
            await ServeRequestAsync(accepted, connection!.RemoteEndPoint as IPEndPoint, cancellationToken);
            await accepted.Connection.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<IConnection?> AcceptTransportAsync(AcceptedSocket socket)
    {
        var outcome = await StreamTransport.AcceptAsync(socket, _transport!, _stop.Token);
        if (outcome is StreamAccept.Refused refused)
        {
            _context.Metrics.Handshake(refused.Reason.ToString());
            VMessInboundLog.Refused(_logger, EndPointText.Of(refused.Remote), "nobody yet", refused.Text);
            return null;
        }

        return ((StreamAccept.Accepted)outcome).Connection;
    }

    private async Task<VMessAcceptOutcome.Accepted?> AcceptRequestAsync(IConnection connection)
    {
        var outcome = await _server!.AcceptAsync(connection, _stop.Token);
        if (outcome is VMessAcceptOutcome.Refused refused)
        {
            _context.Metrics.Handshake(refused.Reason.ToString());
            VMessInboundLog.Refused(_logger, EndPointText.Of(connection.RemoteEndPoint), NameOf(refused.User), refused.Text);
            return null;
        }

        _context.Metrics.Handshake("accepted");
        var accepted = (VMessAcceptOutcome.Accepted)outcome;
        if (_settings.DisableInsecureEncryption && accepted.Security is VMessSecurity.None or VMessSecurity.Zero or VMessSecurity.LegacyCfb)
        {
            VMessInboundLog.Refused(
                _logger, EndPointText.Of(connection.RemoteEndPoint), NameOf(accepted.User), "its body is not authenticated, and disableInsecureEncryption is set");
            await accepted.Connection.AbortAsync(new IOException("The body is not authenticated."));
            await accepted.Connection.DisposeAsync();
            return null;
        }

        return accepted;
    }

    private async Task ServeRequestAsync(VMessAcceptOutcome.Accepted request, IPEndPoint? source, CancellationToken cancellationToken)
    {
        switch (request.Command)
        {
            case VMessCommand.Tcp:
                await ServePipeAsync(request.Destination!, request.Connection, request.User, source, cancellationToken);
                break;
            case VMessCommand.Mux:
                await ServeMuxAsync(request.Connection, request.User, source, cancellationToken);
                break;
            default:
                await using (var datagrams = new VMessDatagrams(request.Connection, _drops, _context.Pool))
                {
                    await ServePipeAsync(request.Destination!, datagrams, request.User, source, cancellationToken);
                }

                break;
        }
    }

    /// <summary>A client that multiplexes (<c>mux.enabled</c>): each of its streams is a request of its own, a bridge's among them.</summary>
    private async Task ServeMuxAsync(VMessConnection connection, VMessUser user, IPEndPoint? source, CancellationToken cancellationToken)
    {
        await using var session = CoolSession.Start(connection, CoolRole.Responder, _cool);
        await using var abort = cancellationToken.Register(() => session.Abort(MuxErrorCode.Cancel, "the program stops"));
        while (await session.AcceptAsync() is { } stream)
        {
            _connections.Run(token => ServePipeAsync(stream.Metadata.Destination, stream, user, source, token));
        }
    }

    private async Task ServePipeAsync(Destination destination, IDuplexPipe pipe, VMessUser user, IPEndPoint? source, CancellationToken cancellationToken)
    {
        var info = Describe(destination, source) with { Level = user.Level };
        if (destination.Network == Network.Tcp && _dispatcher.Route(info) is IBridgeTaker portal && portal.VirtualDomain == destination.Host)
        {
            await TakeBridgeAsync(portal, pipe, user, source, cancellationToken);
            return;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _visitors.Run(async aborted =>
        {
            try
            {
                await _dispatcher.DispatchAsync(info, pipe, aborted);
            }
            finally
            {
                ended.SetResult();
            }
        });
        await ended.Task;
    }

    private async Task TakeBridgeAsync(IBridgeTaker portal, IDuplexPipe pipe, VMessUser user, IPEndPoint? source, CancellationToken cancellationToken)
    {
        var control = new ReversePortalOptions { ControlDomain = portal.ControlDomain };
        await using var session = ReversePortalControl.Start(pipe, _cool, control).Session;
        await using var abort = cancellationToken.Register(() => session.Abort(MuxErrorCode.Cancel, "the portal stops"));
        await portal.TakeAsync(new BridgeSession(session, portal.VirtualDomain, EndPointText.Of(source), NameOf(user)));
    }

    private ConnectionInfo Describe(Destination destination, IPEndPoint? source) =>
        new() { InboundTag = Tag, Destination = destination, Source = source };

    /// <summary>A user's name for a log, or the beginning of the id, which is not enough to use it.</summary>
    private static string NameOf(VMessUser? user) =>
        user is null ? "nobody" : string.IsNullOrEmpty(user.Email) ? Convert.ToHexStringLower(user.Id.Bytes)[..IdDigitsInLogs] : user.Email;
}
