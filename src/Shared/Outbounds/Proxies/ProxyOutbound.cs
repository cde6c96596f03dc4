using System.Collections.Immutable;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>Protocols <c>socks</c> and <c>http</c> as outbounds: ask a proxy for each connection, the proxies in turn.</summary>
/// <remarks>Names are passed on as they are: what they mean, the proxy knows.</remarks>
internal sealed class ProxyOutbound(OutboundConfig config, ImmutableArray<ProxyServer> servers, IProxyHandshake handshake, RuntimeContext context)
    : IOutbound, IDialer
{
    private readonly ILogger _logger = context.Loggers.CreateLogger<ProxyOutbound>();
    private readonly IDialer _dialer = context.DialerOf(config);
    private int _next = -1;

    public string Tag => config.Tag;

    public string Description => $"{handshake.ProxyName} {string.Join(", ", servers)}";

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (info.Destination.Network != Network.Tcp)
        {
            await FailAsync(pipe, info, $"datagrams cannot go through the {handshake.ProxyName}; only tcp is supported");
            return;
        }

        var (server, user) = Choose();
        IConnection connection;
        try
        {
            connection = await ConnectAsync(server, user, info.Destination.Host, info.Destination.Port, SocketDialOptions.Default, cancellationToken);
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

        await using (connection)
        {
            var limits = RelayOptions.Of(context.Policy.Of(user?.Level ?? 0)) with { TimeProvider = context.Time };
            limits = limits with { ConnectionIdle = info.IdleTimeout ?? limits.ConnectionIdle };
            var result = await Relay.Relay.RunAsync(pipe, connection, limits, cancellationToken);
            context.Metrics.Relayed(Tag, result.LeftToRight, result.RightToLeft);
            ProxyLog.Ended(_logger, info.Destination, server, result.LeftToRight, result.RightToLeft, result.End, result.Error?.Message);
        }
    }

    public async Task<Carrier> DialAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (server, user) = Choose();
        return Carrier.Of(await ConnectAsync(server, user, host, port, options ?? SocketDialOptions.Default, cancellationToken));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private (ProxyServer Server, ProxyUser? User) Choose()
    {
        var server = servers[(int)((uint)Interlocked.Increment(ref _next) % (uint)servers.Length)];
        return (server, server.Users.IsEmpty ? null : server.Users[Random.Shared.Next(server.Users.Length)]);
    }

    private async Task<IConnection> ConnectAsync(
        ProxyServer server, ProxyUser? user, string host, int port, SocketDialOptions options, CancellationToken cancellationToken)
    {
        var target = HostText.Join(host, port);
        var connection = await ReachAsync(server, target, options, cancellationToken);
        using var deadline = new Deadline(options.Timeout, context.Time, cancellationToken);
        try
        {
            await handshake.ConnectAsync(connection, user, host, port, deadline.Token);
            return connection;
        }
        catch (Exception exception)
        {
            Carrier.Of(connection).Dispose();
            var proxy = $"the {handshake.ProxyName} at {server}";
            throw exception switch
            {
                ProxyException refusal => new DialException(refusal.Failure, target, $"{proxy} {refusal.Message}", exception),
                OperationCanceledException when !cancellationToken.IsCancellationRequested => new DialException(
                    DialFailure.TimedOut, target, $"{proxy} did not answer within {options.Timeout.TotalSeconds:0.##} s", exception),
                OperationCanceledException => exception,
                _ => new DialException(DialFailure.ProxyRefused, target, $"{proxy} closed the connection before it answered ({exception.Message})", exception),
            };
        }
    }

    private async Task<IConnection> ReachAsync(ProxyServer server, string target, SocketDialOptions options, CancellationToken cancellationToken)
    {
        var dial = new StreamDialOptions
        {
            ConnectTimeout = options.Timeout,
            LongLived = options.LongLived,
            Dialer = _dialer,
            Pool = context.Pool,
            TimeProvider = context.Time,
        };
        try
        {
            return await StreamTransport.DialAsync(server.Address, server.Port, config.Stream, dial, cancellationToken);
        }
        catch (DialException exception)
        {
            throw new DialException(
                exception.Failure, target, $"the {handshake.ProxyName} is not there: {char.ToLowerInvariant(exception.Message[0])}{exception.Message[1..]}", exception);
        }
    }

    private async Task FailAsync(IDuplexPipe pipe, ConnectionInfo info, string reason)
    {
        ProxyLog.Failed(_logger, info.Destination, info.InboundTag, reason);
        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, reason));
    }
}
