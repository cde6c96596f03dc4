using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Outbounds.Chaining;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>Protocol <c>freedom</c>: connects to the destination itself, or to where <c>redirect</c> sends it.</summary>
internal sealed class FreedomOutbound(
    string tag, FreedomSettings settings, Func<RelayOptions> limits, MemoryPool<byte> pool, ILogger logger, TunnelMetrics metrics, IDialer? dialer = null)
    : IOutbound, IDialer
{
    private static readonly FrozenDictionary<DomainStrategy, SocketDialOptions> Dials =
        Enum.GetValues<DomainStrategy>().ToFrozenDictionary(static strategy => strategy, static strategy => new SocketDialOptions { DomainStrategy = strategy });

    private readonly IDialer _dialer = dialer ?? SystemDialer.Instance;
    private readonly FreedomDatagrams _datagrams = new(new DatagramDrops(metrics, tag), pool);

    public string Tag => tag;

    public string Description => settings.Redirect?.ToString() ?? "the destination itself";

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (info.Destination.Network == Network.Udp)
        {
            await CarryDatagramsAsync(info, pipe, cancellationToken);
        }
        else
        {
            await CarryAsync(info, pipe, (host, port, token) => ConnectAsync(host, port, info, pipe.Input, token), cancellationToken);
        }
    }

    public Task<Carrier> DialAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        var target = Target(new Destination(Network.Tcp, host, port));
        options = (options ?? SocketDialOptions.Default) with { DomainStrategy = settings.DomainStrategy };
        return _dialer.DialAsync(target.Host, target.Port, options, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What to dial for a destination; a Unix socket has port 0.</summary>
    internal (string Host, int Port) Target(Destination destination) => settings.Redirect switch
    {
        null => (destination.Host, destination.Port),
        { UnixPath: { } path } => (SocketDialer.UnixPrefix + path, 0),
        var redirect => (redirect.Host ?? destination.Host, redirect.Port ?? destination.Port),
    };

    private async Task CarryDatagramsAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        switch (_dialer)
        {
            case ChainedDialer when settings.Redirect?.UnixPath is not null:
                await FailAsync(pipe, info, "a Unix socket takes no datagrams; 'redirect' UDP to an address and a port");
                break;
            case ChainedDialer chained:
                var (host, port) = Target(info.Destination);
                await chained.CarryAsync(info with { Destination = new Destination(Network.Udp, host, port) }, pipe, cancellationToken);
                break;
            default:
                var options = Dials[settings.DomainStrategy];
                options = (_dialer as SystemDialer)?.Complete(options) ?? options;
                await CarryAsync(
                    info,
                    pipe,
                    (host, port, token) => _datagrams.ConnectAsync(host, port, options, target => VisitorHeader.OfDatagrams(settings.ProxyProtocol, info, target), token),
                    cancellationToken);
                break;
        }
    }

    private async Task<IConnection> ConnectAsync(
        string host, int port, ConnectionInfo info, PipeReader visitor, CancellationToken cancellationToken)
    {
        var connection = (await _dialer.DialAsync(host, port, Dials[settings.DomainStrategy], cancellationToken)).ToConnection(pool);
        if (settings.ProxyProtocol != ProxyProtocolVersion.None)
        {
            await VisitorHeader.WriteAsync(settings.ProxyProtocol, info, visitor, connection);
        }

        return connection;
    }

    private async Task CarryAsync<T>(
        ConnectionInfo info, IDuplexPipe pipe, Func<string, int, CancellationToken, Task<T>> connect, CancellationToken cancellationToken)
        where T : IDuplexPipe, IAsyncDisposable
    {
        var (host, port) = Target(info.Destination);
        T connection;
        try
        {
            connection = await connect(host, port, cancellationToken);
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
            var result = await Relay.Relay.RunAsync(pipe, connection, limits().For(info), cancellationToken);
            metrics.Relayed(tag, result.LeftToRight, result.RightToLeft);
            FreedomLog.Ended(logger, info.Destination, result.LeftToRight, result.RightToLeft, result.End, result.Error?.Message);
        }
    }

    private async Task FailAsync(IDuplexPipe pipe, ConnectionInfo info, string reason)
    {
        FreedomLog.TargetUnreachable(logger, info.InboundTag, reason);
        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, reason));
    }
}
