using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
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
    private readonly DatagramDrops _drops = new(context.Metrics, config.Tag);
    private int _next = -1;

    public string Tag => config.Tag;

    public string Description => $"{handshake.ProxyName} {string.Join(", ", servers)}";

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var (server, user) = Choose();
        IConnection connection;
        IDatagramFlow? datagrams = null;
        try
        {
            if (info.Destination.Network == Network.Udp)
            {
                (connection, datagrams) = await AssociateAsync(server, user, info.Destination, cancellationToken);
            }
            else
            {
                connection = await ConnectAsync(server, user, info.Destination.Host, info.Destination.Port, SocketDialOptions.Default, cancellationToken);
            }
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
            var limits = context.RelayOptionsOf(user?.Level ?? 0).For(info);
            var result = datagrams is null
                ? await Relay.Relay.RunAsync(pipe, connection, limits, cancellationToken)
                : await RelayDatagramsAsync(pipe, datagrams, connection, limits, cancellationToken);
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

    private Task<IConnection> ConnectAsync(
        ProxyServer server, ProxyUser? user, string host, int port, SocketDialOptions options, CancellationToken cancellationToken) =>
        AskAsync(server, HostText.Join(host, port), options, (connection, token) => handshake.ConnectAsync(connection, user, host, port, token), cancellationToken);

    private async Task<(IConnection Connection, IDatagramFlow Flow)> AssociateAsync(
        ProxyServer server, ProxyUser? user, Destination destination, CancellationToken cancellationToken)
    {
        var target = destination.ToString();
        if (handshake is not IDatagramHandshake datagrams || config.ProxyTag.Length > 0)
        {
            var reason = handshake is IDatagramHandshake ? "a proxy that is reached through another outbound" : $"an {handshake.ProxyName}";
            throw new DialException(DialFailure.Other, target, $"datagrams cannot go through {reason}");
        }

        IDatagramFlow? flow = null;
        var connection = await AskAsync(server, target, SocketDialOptions.Default, OpenAsync, cancellationToken);
        return (connection, flow!);

        async Task OpenAsync(IConnection control, CancellationToken token)
        {
            var (address, port) = await datagrams.AssociateAsync(control, user, token);
            if (address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                address = ((IPEndPoint)control.RemoteEndPoint!).Address;
            }

            var socket = DatagramSocket.Create(address.AddressFamily);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), token);
                flow = datagrams.Open(socket, destination, _drops, context.Pool);
            }
            catch (Exception exception) when (exception is SocketException or ProxyException)
            {
                socket.Dispose();
                throw exception as ProxyException ?? new ProxyException($"takes datagrams at {HostText.Join(address.ToString(), port)}, where there is no way to ({exception.Message})");
            }
        }
    }

    /// <summary>The flow ends with the connection on which it was asked for (RFC 1928, section 7).</summary>
    private static async Task<RelayResult> RelayDatagramsAsync(
        IDuplexPipe pipe, IDatagramFlow flow, IConnection control, RelayOptions limits, CancellationToken cancellationToken)
    {
        var watching = WatchAsync(control.Input, flow);
        await using (flow)
        {
            var result = await Relay.Relay.RunAsync(pipe, flow, limits, cancellationToken);
            control.Input.CancelPendingRead();
            await watching;
            await control.Output.CompleteAsync();
            await control.Input.CompleteAsync();
            return result;
        }
    }

    /// <summary>Until the proxy closes, or somebody cancels the read.</summary>
    private static async Task WatchAsync(PipeReader control, IDatagramFlow flow)
    {
        try
        {
            while (await control.ReadAsync() is { IsCompleted: false, IsCanceled: false } read)
            {
                control.AdvanceTo(read.Buffer.End);
            }
        }
        catch (IOException)
        {
            // It is gone.
        }

        flow.End();
    }

    private async Task<IConnection> AskAsync(
        ProxyServer server, string target, SocketDialOptions options, Func<IConnection, CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        var connection = await ReachAsync(server, target, options, cancellationToken);
        using var deadline = new Deadline(options.Timeout, context.Time, cancellationToken);
        try
        {
            await ask(connection, deadline.Token);
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
