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
    private readonly ILogger _logger = context.Loggers.CreateLogger<TunnelOutbound>();
    private readonly IDialer _dialer = context.DialerOf(config);

    public string Tag => config.Tag;

    public string Description => string.Join(", ", Portals);

    public IReadOnlyList<string> Portals { get; } = [.. settings.Servers.Select(server => HostText.Join(server.Address, server.Port))];

    public async Task<IMuxSession> DialAsync(int portal, string virtualDomain, CancellationToken cancellationToken) =>
        await BridgeSessions.OpenAsync(OptionsOf(settings.Servers[portal]), virtualDomain, context.Mux, context.StatusLogger, cancellationToken);

    /// <summary>Real traffic ends here only by a mistake in the rules: this protocol carries sessions of bridges.</summary>
    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        TunnelOutboundLog.NotForTraffic(_logger, info.Destination, info.InboundTag, config.Tag);
        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "the rules lead to an interconnect"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

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
