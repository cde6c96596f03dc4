using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Tunnel;

/// <summary>
/// Protocol <c>tunnel</c> as an inbound: the interconnect's port. Authenticates bridges, and hands their sessions to the portal
/// that the router chooses for <c>virtual-domain:0</c>.
/// </summary>
public sealed class TunnelInbound : IInbound, IReconfigurable, IRetiring
{
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly ILogger _logger;
    private readonly ConnectionTracker _connections = new();
    private readonly ConcurrentDictionary<IMuxSession, HandshakeResult> _sessions = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly InterconnectSettings _resilience;
    private readonly PortalLinks _links;
    private ImmutableArray<SocketListener> _listeners = [];

    // Replaced by one reload at a time, the credentials first: who is let in by older ones is found out by comparing.
    private volatile InboundConfig _config;
    private volatile CredentialTable _credentials;
    private volatile PortalCertificate? _certificate;
    private volatile InterconnectAcceptor? _acceptor;

    internal TunnelInbound(InboundConfig config, TunnelInboundSettings settings, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _credentials = TableOf(settings);
        _dispatcher = dispatcher;
        _context = context;
        _status = context.StatusLogger;
        _logger = context.Loggers.CreateLogger<TunnelInbound>();
        _resilience = settings.Resilience;
        _links = new PortalLinks(_resilience, _status);
    }

    public string Tag => _config.Tag;

    /// <summary>The addresses in use, with the ports that the system chose; empty before the start.</summary>
    public IReadOnlyList<EndPoint> BoundEndPoints => [.. _listeners.Select(listener => listener.BoundEndPoint)];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _certificate = LoadCertificate(_config);
        _acceptor = CreateAcceptor(_config, _credentials, _certificate);
        foreach (var endPoint in ListenEndPoints.Of(_config))
        {
            var listener = SocketListener.Start(
                endPoint, _config.Stream, socket => _connections.Run(aborted => ServeAsync(_acceptor!, socket, aborted)), _logger, _context.Time);
            _listeners = _listeners.Add(listener);
            LogListening(listener);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes over other clients, another certificate and another path on the same address. Sessions go on, but for those of keys
    /// that are no longer accepted: these get no more visitors, and end when the ones they have do.
    /// </summary>
    public bool TryReconfigure(InboundConfig config, bool filesChanged)
    {
        if (config.Settings is not TunnelInboundSettings settings
            || settings.Resilience != _resilience
            || !ValueEquality.AreEqual(_config.Stream.ProxyProtocol, config.Stream.ProxyProtocol)
            || !ValueEquality.AreEqual(_config, config with { Settings = _config.Settings, Stream = _config.Stream }))
        {
            return false;
        }

        // The certificate before is left to the collector: handshakes that are under way use it.
        var before = _config.Stream;
        var certificate = LoadCertificate(config);
        _credentials = TableOf(settings);
        _config = config;
        _certificate = certificate;
        _acceptor = CreateAcceptor(config, _credentials, certificate);
        if (filesChanged || !ValueEquality.AreEqual(before, config.Stream))
        {
            foreach (var listener in _listeners)
            {
                LogListening(listener);
            }
        }

        foreach (var (session, _) in _sessions.Where(session => !IsAccepted(session.Value)))
        {
            // Draining never fails.
            _ = session.DrainAsync(CancellationToken.None);
        }

        return true;
    }

    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));
    }

    /// <summary>Stops listening. Sessions belong to their portals, which drain them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => CloseAsync();

    /// <summary>Stops listening, and lets the sessions end when their streams have.</summary>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await Task.WhenAll(_sessions.Keys.Select(session => session.DrainAsync(cancellationToken)));
        await _connections.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _connections.DrainAsync(new CancellationToken(canceled: true));
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _connections.Dispose();
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(InterconnectAcceptor acceptor, AcceptedSocket socket, CancellationToken aborted)
    {
        AcceptOutcome outcome;
        try
        {
            outcome = await acceptor.AcceptAsync(socket, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (outcome is AcceptOutcome.Refused refused)
        {
            _context.Metrics.Handshake(refused.Reason.ToString());
            TunnelInboundLog.Refused(
                _logger, EndPointText.Of(refused.Remote), refused.VirtualDomain ?? "?", refused.KeyId ?? "?", refused.Text);
            return;
        }

        var connection = ((AcceptOutcome.Accepted)outcome).Connection;
        if (connection.Handshake.ReceivedByPeer is not null)
        {
            _context.Metrics.Handshake("resumed");
            _links.Resume(connection);
            return;
        }

        _context.Metrics.Handshake("accepted");
        await TakeAsync(connection, aborted);
    }

    private async Task TakeAsync(InterconnectConnection connection, CancellationToken aborted)
    {
        var handshake = connection.Handshake;

        // A bridge opens no streams at a portal.
        var mux = _context.Mux with { MaxStreams = 0 };
        var link = handshake.ResumeWithin > TimeSpan.Zero ? _links.Start(connection, mux) : null;
        await using var session = link?.Session ?? LinkedSession.StartAlone(connection, isDialler: false, mux, _resilience);

        // One that came when its portal had already drained the others would be waited for until its bridge goes.
        await using var abort = aborted.Register(() => session.Abort(MuxErrorCode.Cancel, "the portal stops"));
        _sessions.TryAdd(session, handshake);
        try
        {
            // The key, because a reload may have come in between.
            if (FindPortal(handshake.VirtualDomain) is { } portal && !_stop.IsCancellationRequested && IsAccepted(handshake))
            {
                var peer = EndPointText.Of(connection.Connection.RemoteEndPoint);
                await portal.TakeAsync(new BridgeSession(session, handshake.VirtualDomain, peer, handshake.KeyId)
                {
                    Process = handshake.BridgeInstance,
                    Bridge = handshake.BridgeIdentity,
                    Link = link?.Link,
                });
            }
        }
        finally
        {
            _sessions.TryRemove(session, out _);
        }
    }

    private bool IsAccepted(HandshakeResult handshake) => _credentials.Find(handshake.KeyId)?.Allows(handshake.VirtualDomain) == true;

    private static CredentialTable TableOf(TunnelInboundSettings settings) =>
        new(settings.Clients.Select(static client => new InterconnectCredential(client.Key, client.Domains)));

    private InterconnectAcceptor CreateAcceptor(InboundConfig config, CredentialTable credentials, PortalCertificate? certificate) => new(new InterconnectAcceptOptions
    {
        Certificate = certificate,
        WebSocketPath = config.Stream.Network == TransportNetwork.WebSocket ? config.Stream.WebSocket.Path : null,
        Credentials = credentials,
        IsDomainServed = domain => FindPortal(domain) is not null,
        Settings = _resilience,
        Links = _links,
        MaxInFlight = _context.Limits.Handshakes,
        MaxInFlightPerAddress = Math.Max(1, _context.Limits.Handshakes / 8),
        Pool = _context.Pool,
        TimeProvider = _context.Time,
    });

    private void LogListening(SocketListener listener)
    {
        var security = _certificate is { } certificate ? $"TLS 1.3, certificate sha256:{certificate.Fingerprint}" : "plaintext";
        var webSocket = _config.Stream.Network == TransportNetwork.WebSocket ? $", WebSocket {_config.Stream.WebSocket.Path}" : string.Empty;
        TunnelInboundLog.Listening(_status, EndPointText.Of(listener.BoundEndPoint), security + webSocket);
    }

    private IBridgeTaker? FindPortal(string virtualDomain)
    {
        if (virtualDomain.Length > Destination.MaxHostLength)
        {
            return null;
        }

        var info = new ConnectionInfo { InboundTag = Tag, Destination = new Destination(Network.Tcp, virtualDomain, 0) };
        return _dispatcher.Route(info) is IBridgeTaker portal && portal.VirtualDomain == virtualDomain ? portal : null;
    }

    private PortalCertificate? LoadCertificate(InboundConfig config)
    {
        if (config.Stream.Security == StreamSecurity.None)
        {
            return null;
        }

        try
        {
            if (config.Stream.Tls.Certificates.IsEmpty)
            {
                return CertificateStore.LoadOrCreate(_context.StateDirectory, _context.Time);
            }

            return CertificateStore.FromConfig(config.Stream.Tls.Certificates[0]);
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{config.Tag}' has no certificate: {exception.Message}", exception);
        }
    }
}
