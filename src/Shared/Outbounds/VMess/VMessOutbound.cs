using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport;
using Tunnel.Shared.VMess;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>Protocol <c>vmess</c> as an outbound: carries connections to VMess servers, and sessions of bridges to V2Ray's portals.</summary>
internal sealed class VMessOutbound(OutboundConfig config, VMessOutboundSettings settings, RuntimeContext context)
    : IOutbound, IInterconnectDialer, IDialer
{
    /// <summary>V2Ray waits as long for the first bytes, so that they leave together with the header.</summary>
    private static readonly TimeSpan HeaderPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>A portal opens its control stream at once; one that says nothing for so long does not know the id, or the domain.</summary>
    private static readonly TimeSpan PortalPatience = TimeSpan.FromSeconds(10);

    /// <summary>A portal's heartbeat comes every 2 s, Xray's every 10 s.</summary>
    private static readonly TimeSpan PortalSilence = TimeSpan.FromSeconds(25);

    private readonly ILogger _logger = context.Loggers.CreateLogger<VMessOutbound>();
    private readonly IDialer _dialer = context.DialerOf(config);
    private readonly DatagramDrops _drops = new(context.Metrics, config.Tag);
    private int _next = -1;

    public string Tag => config.Tag;

    public string Description => string.Join(", ", Portals);

    public IReadOnlyList<string> Portals { get; } = [.. settings.Servers.Select(server => HostText.Join(server.Address, server.Port))];

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (!DestinationCodec.CanWrite(info.Destination))
        {
            await FailAsync(pipe, info, "VMess cannot write the name of the destination");
            return;
        }

        var server = NextServer();
        IConnection transport;
        try
        {
            transport = await DialAsync(settings.Servers[server], cancellationToken);
        }
        catch (DialException exception)
        {
            await FailAsync(pipe, info, exception.Message);
            return;
        }
        catch (OperationCanceledException exception)
        {
            await pipe.AbortAsync(exception);
            return;
        }

        await using (transport)
        {
            await using var connection = Request(transport, settings.Servers[server], info.Destination);
            var starting = StartAsync(connection, HeaderPatience, cancellationToken);
            var limits = context.RelayOptionsOf(info.Level).For(info);
            await using var datagrams = info.Destination.Network == Network.Udp ? new VMessDatagrams(connection, _drops, context.Pool) : null;
            var result = await Relay.Relay.RunAsync(pipe, datagrams ?? (IDuplexPipe)connection, limits, cancellationToken);
            await starting;
            context.Metrics.Relayed(Tag, result.LeftToRight, result.RightToLeft);
            VMessOutboundLog.Ended(
                _logger, info.Destination, Portals[server], result.LeftToRight, result.RightToLeft, result.End, result.Error?.Message);
        }
    }

    public async Task<IMuxSession> DialAsync(int portal, string virtualDomain, CancellationToken cancellationToken)
    {
        var server = settings.Servers[portal];
        IConnection transport;
        try
        {
            transport = await DialAsync(server, cancellationToken);
        }
        catch (DialException exception)
        {
            throw new InterconnectException(InterconnectError.ConnectFailed, exception.Message, inner: exception);
        }

        var connection = Request(transport, server, new Destination(Network.Tcp, virtualDomain, 0));
        await StartAsync(connection, TimeSpan.Zero, cancellationToken);
        var cool = context.Cool with { AnnouncesHalfClose = true, StallDeadline = settings.StallDeadline ?? context.Cool.StallDeadline };
        var session = ReverseBridgeControl.Start(
            connection, cool, new ReverseBridgeOptions { HeartbeatTimeout = PortalSilence }).Session;
        _ = CloseAfterAsync(session, connection, transport);
        await WaitForPortalAsync(session, Portals[portal], virtualDomain, cancellationToken);
        return session;
    }

    public async Task<Carrier> DialAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        var destination = new Destination(Network.Tcp, host, port);
        if (!DestinationCodec.CanWrite(destination))
        {
            throw new DialException(DialFailure.Other, HostText.Join(host, port), "VMess cannot write this name");
        }

        var server = settings.Servers[NextServer()];
        var transport = await DialAsync(server, cancellationToken);
        var connection = Request(transport, server, destination);
        _ = StartAsync(connection, HeaderPatience, CancellationToken.None);
        return Carrier.Of(new PipeConnection(connection, transport.Abort, async () =>
        {
            await connection.DisposeAsync();
            await transport.DisposeAsync();
        }));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private int NextServer() => (int)((uint)Interlocked.Increment(ref _next) % (uint)settings.Servers.Length);

    private Task<IConnection> DialAsync(VMessServer server, CancellationToken cancellationToken)
    {
        var options = new StreamDialOptions { LongLived = true, Dialer = _dialer, Pool = context.Pool, TimeProvider = context.Time };
        return StreamTransport.DialAsync(server.Address, server.Port, config.Stream, options, cancellationToken);
    }

    private VMessConnection Request(IConnection transport, VMessServer server, Destination destination)
    {
        var user = server.Users[Random.Shared.Next(server.Users.Length)];
        var isDatagrams = destination.Network == Network.Udp;
        var security = user.Security switch
        {
            VMessSecurityConfig.Aes128Gcm => VMessSecurity.Aes128Gcm,
            VMessSecurityConfig.ChaCha20Poly1305 => VMessSecurity.ChaCha20Poly1305,
            VMessSecurityConfig.None => VMessSecurity.None,

            // Nothing would tell one datagram from the next.
            VMessSecurityConfig.Zero => isDatagrams ? VMessSecurity.None : VMessSecurity.Zero,
            _ => VMessSecurity.Auto,
        };
        return Shared.VMess.VMessClient.Connect(transport, new VMessClientOptions
        {
            Id = new VMessId(user.Id.ToBytes()),
            Command = isDatagrams ? VMessCommand.Udp : VMessCommand.Tcp,
            Destination = destination,
            Security = security,
            BodyOptions = user.AuthenticatedLength && security is VMessSecurity.Auto or VMessSecurity.Aes128Gcm or VMessSecurity.ChaCha20Poly1305
                ? VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking | VMessBodyOptions.Padding | VMessBodyOptions.AuthenticatedLength
                : null,
            Pool = context.Pool,
            TimeProvider = context.Time,
        });
    }

    /// <summary>Sends the header. A failure is left to whoever reads and writes: it meets the same.</summary>
    private static async Task StartAsync(VMessConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await connection.StartAsync(patience, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // See above.
        }
    }

    /// <summary>VMess never says no: whether the portal took the bridge shows only when it speaks.</summary>
    private async Task WaitForPortalAsync(CoolSession session, string portal, string virtualDomain, CancellationToken cancellationToken)
    {
        try
        {
            await session.PeerSeen.WaitAsync(PortalPatience, context.Time, cancellationToken);
            if (!session.Completion.IsCompleted)
            {
                return;
            }
        }
        catch (TimeoutException)
        {
            // Said below.
        }
        catch (OperationCanceledException)
        {
            await session.DisposeAsync();
            throw;
        }

        await session.DisposeAsync();
        throw new InterconnectException(
            InterconnectError.TimedOut,
            $"The portal at {portal} did not take the bridge, and VMess does not say why: check that the id is one of the portal's, that both clocks "
            + $"differ by less than 120 s, and that the portal serves '{virtualDomain}'");
    }

    private static async Task CloseAfterAsync(CoolSession session, VMessConnection connection, IConnection transport)
    {
        await session.Completion;
        await connection.DisposeAsync();
        await transport.DisposeAsync();
    }

    private async Task FailAsync(IDuplexPipe pipe, ConnectionInfo info, string reason)
    {
        VMessOutboundLog.Failed(_logger, info.Destination, info.InboundTag, reason);
        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, reason));
    }
}
