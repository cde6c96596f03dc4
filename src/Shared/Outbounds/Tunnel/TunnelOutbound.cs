using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.Tls;

namespace Tunnel.Shared.Outbounds.Tunnel;

/// <summary>Protocol <c>tunnel</c> as an outbound: dials portals for bridges, and runs the native mux on what it dialled.</summary>
internal sealed class TunnelOutbound(OutboundConfig config, TunnelOutboundSettings settings, RuntimeContext context) : IOutbound, IInterconnectDialer
{
    private static readonly TimeSpan ResumeTimeout = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = context.Loggers.CreateLogger<TunnelOutbound>();
    private readonly IDialer _dialer = context.DialerOf(config);

    public string Tag => config.Tag;

    public string Description => string.Join(", ", Portals);

    public IReadOnlyList<string> Portals { get; } = [.. settings.Servers.Select(server => HostText.Join(server.Address, server.Port))];

    public async Task<IMuxSession> DialAsync(int portal, string virtualDomain, CancellationToken cancellationToken)
    {
        var options = OptionsOf(settings.Servers[portal]);
        var connection = await InterconnectDialer.DialAsync(options, virtualDomain, cancellationToken);
        return connection.Handshake.ResumeWithin > TimeSpan.Zero
            ? new BridgeLink(
                connection, (request, token) => ResumeAsync(options, request, virtualDomain, token), context.Mux, options.Settings, Portals[portal], context.StatusLogger).Session
            : LinkedSession.StartAlone(connection, isDialler: true, context.Mux, options.Settings);
    }

    /// <summary>Real traffic ends here only by a mistake in the rules: this protocol carries sessions of bridges.</summary>
    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        TunnelOutboundLog.NotForTraffic(_logger, info.Destination, info.InboundTag, config.Tag);
        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "the rules lead to an interconnect"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Another connection for a session; a try that takes long is given up for the next one.</summary>
    private static Task<InterconnectConnection> ResumeAsync(
        InterconnectDialOptions options, ResumeRequest request, string virtualDomain, CancellationToken cancellationToken) =>
        InterconnectDialer.DialAsync(
            options with { Resume = request, ConnectTimeout = ResumeTimeout, HandshakeTimeout = ResumeTimeout }, virtualDomain, cancellationToken);

    private InterconnectDialOptions OptionsOf(TunnelServer server) =>
        new()
        {
            Host = server.Address,
            Port = server.Port,
            Key = server.Key,
            Plaintext = config.Stream.Security == StreamSecurity.None,
            AllowPlaintext = config.Stream.AllowPlaintext,
            ServerName = config.Stream.Tls.ServerName,
            Pin = config.Stream.Tls.Pin,
            CertificateAuthorities = LoadAuthorities(config.Stream.Tls),
            WebSocket = config.Stream.Network == TransportNetwork.WebSocket ? config.Stream.WebSocket : null,
            Dialer = _dialer,
            Pool = context.Pool,
            Settings = settings.Resilience,
            TimeProvider = context.Time,
        };

    private static X509Certificate2Collection? LoadAuthorities(TlsConfig tls)
    {
        try
        {
            return TlsAuthorities.Load(tls);
        }
        catch (CertificateException exception)
        {
            throw new InterconnectException(InterconnectError.CaNotTrusted, exception.Message, permanent: true, inner: exception);
        }
    }
}
