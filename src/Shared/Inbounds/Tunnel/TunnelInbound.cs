using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Tunnel;

/// <summary>
/// Protocol <c>tunnel</c> as an inbound: the interconnect's port. Authenticates bridges, and hands their sessions to the portal
/// that the router chooses for <c>virtual-domain:0</c>.
/// </summary>
public sealed class TunnelInbound : IInbound
{
    private readonly InboundConfig _config;
    private readonly TunnelInboundSettings _settings;
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly ILogger _logger;
    private readonly ConnectionTracker _sessions = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PortalLinks _links;
    private ImmutableArray<SocketListener> _listeners = [];
    private PortalCertificate? _certificate;

    internal TunnelInbound(InboundConfig config, TunnelInboundSettings settings, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _settings = settings;
        _dispatcher = dispatcher;
        _context = context;
        _status = context.StatusLogger;
        _logger = context.Loggers.CreateLogger<TunnelInbound>();
        _links = new PortalLinks(settings.Resilience, _status);
    }

    public string Tag => _config.Tag;

    /// <summary>The addresses in use, with the ports that the system chose; empty before the start.</summary>
    public IReadOnlyList<EndPoint> BoundEndPoints => [.. _listeners.Select(listener => listener.BoundEndPoint)];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var acceptor = new InterconnectAcceptor(new InterconnectAcceptOptions
        {
            Certificate = _certificate = LoadCertificate(),
            WebSocketPath = _config.Stream.Network == TransportNetwork.WebSocket ? _config.Stream.WebSocket.Path : null,
            Credentials = new CredentialTable(_settings.Clients.Select(client => new InterconnectCredential(client.Key, client.Domains))),
            IsDomainServed = domain => FindPortal(domain) is not null,
            Settings = _settings.Resilience,
            Links = _links,
            Pool = _context.Pool,
            TimeProvider = _context.Time,
        });
        foreach (var endPoint in ListenEndPoints.Of(_config))
        {
            var listener = SocketListener.Start(
                endPoint, _config.Stream, socket => _sessions.Run(aborted => ServeAsync(acceptor, socket, aborted)), _logger, _context.Time);
            _listeners = _listeners.Add(listener);
            var security = _certificate is null ? "plaintext" : $"TLS 1.3, certificate sha256:{_certificate.Fingerprint}";
            var webSocket = _config.Stream.Network == TransportNetwork.WebSocket ? $", WebSocket {_config.Stream.WebSocket.Path}" : string.Empty;
            TunnelInboundLog.Listening(_status, EndPointText.Of(listener.BoundEndPoint), security + webSocket);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stops listening. Sessions belong to their portals, which drain them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _sessions.DrainAsync(new CancellationToken(canceled: true));
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _sessions.Dispose();
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
        await using var session = link?.Session ?? LinkedSession.StartAlone(connection, isDialler: false, mux, _settings.Resilience);

        // One that came when its portal had already drained the others would be waited for until its bridge goes.
        await using var abort = aborted.Register(() => session.Abort(MuxErrorCode.Cancel, "the portal stops"));
        if (FindPortal(handshake.VirtualDomain) is { } portal && !_stop.IsCancellationRequested)
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

    private IBridgeTaker? FindPortal(string virtualDomain)
    {
        if (virtualDomain.Length > Destination.MaxHostLength)
        {
            return null;
        }

        var info = new ConnectionInfo { InboundTag = Tag, Destination = new Destination(Network.Tcp, virtualDomain, 0) };
        return _dispatcher.Route(info) is IBridgeTaker portal && portal.VirtualDomain == virtualDomain ? portal : null;
    }

    private PortalCertificate? LoadCertificate()
    {
        if (_config.Stream.Security == StreamSecurity.None)
        {
            return null;
        }

        try
        {
            if (_config.Stream.Tls.Certificates.IsEmpty)
            {
                return CertificateStore.LoadOrCreate(_context.StateDirectory, _context.Time);
            }

            return CertificateStore.FromConfig(_config.Stream.Tls.Certificates[0]);
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{Tag}' has no certificate: {exception.Message}", exception);
        }
    }
}
