using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Chaining;

/// <summary>Dials through the outbound that <c>proxySettings</c> or a web target's <c>via</c> names.</summary>
/// <param name="tag">Its tag.</param>
/// <param name="outbounds">Where it is found; only when something is dialled, because it may be made later than its user.</param>
internal sealed class ChainedDialer(string tag, OutboundDirectory outbounds) : IDialer
{
    /// <summary>Gives the other outbound a connection as it is, such as a flow of datagrams, which cannot be dialled.</summary>
    public async Task CarryAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (outbounds.Find(tag) is { } outbound)
        {
            await outbound.HandleAsync(info, pipe, cancellationToken);
            return;
        }

        await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, $"there is no outbound '{tag}'"));
    }

    public async Task<Carrier> DialAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SocketDialOptions.Default;
        if (host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new DialException(DialFailure.Other, host, $"a Unix socket is on this machine, and cannot be reached through outbound '{tag}'");
        }

        host = host.Trim('[', ']');
        var target = HostText.Join(host, port);
        if (outbounds.Find(tag) is not IDialer dialer)
        {
            throw new DialException(DialFailure.Other, target, $"there is no outbound '{tag}' that carries connections");
        }

        if (options.DomainStrategy != DomainStrategy.AsIs && !HostText.TryParseAddress(host, out _))
        {
            using var deadline = new Deadline(options.Timeout, options.TimeProvider, cancellationToken);
            try
            {
                // Whoever carries it takes one destination, so there is no race: the resolver knows which is best.
                host = (await NameLookup.ResolveAsync(host, target, options, deadline.Token))[0].ToString();
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new DialException(DialFailure.TimedOut, target, "the name server did not answer in time", exception);
            }

            options = options with { DomainStrategy = DomainStrategy.AsIs };
        }

        return await dialer.DialAsync(host, port, options, cancellationToken);
    }
}
