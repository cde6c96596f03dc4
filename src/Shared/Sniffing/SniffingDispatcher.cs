using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Sniffing;

/// <summary>
/// The dispatcher of an inbound with <c>sniffing</c>: looks at the first bytes of each connection, and tells the router the
/// protocol, and the name that the visitor asks for.
/// </summary>
/// <remarks>
/// <see cref="Route"/> looks at nothing. Whether somebody is a bridge is decided by it, so a sniffed name has no part in that.
/// </remarks>
internal sealed class SniffingDispatcher(IDispatcher inner, SniffingConfig config, TimeProvider time, ILogger logger) : IDispatcher
{
    /// <summary>Room for the datagrams of a hello; a queue of datagrams that is smaller ends the look by time.</summary>
    private const int MaxDatagramBytes = 16 * 1024;

    public IOutbound? Route(ConnectionInfo info) => inner.Route(info);

    public async Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        SniffResult result;
        try
        {
            (result, pipe) = await LookAt(info.Destination.Network, pipe).RunAsync();
        }
#pragma warning disable CA1031 // Whatever a reader throws, this connection has ended, and no other.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            SniffingLog.Ended(logger, info.Source, info.Destination, exception.Message);
            await pipe.AbortAsync(exception);
            return;
        }

        if (result.Protocol is not null)
        {
            SniffingLog.Sniffed(logger, info.Source, info.Destination, result.Protocol, result.Domain, result.ApplicationProtocols);
            info = Describe(info, result.Protocol, result.Domain);
        }

        await inner.DispatchAsync(info, pipe, cancellationToken);
    }

    private PipeLook LookAt(Network network, IDuplexPipe pipe) => network == Network.Udp
        ? new PipeLook(pipe, new DatagramSniffer().Sniff, MaxDatagramBytes, time)
        : new PipeLook(pipe, SniffStream, StreamSniffer.MaxBytes, time);

    private static SniffResult SniffStream(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return StreamSniffer.Sniff(buffer.FirstSpan);
        }

        var length = (int)buffer.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        buffer.CopyTo(whole);
        var result = StreamSniffer.Sniff(whole.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(whole);
        return result;
    }

    private ConnectionInfo Describe(ConnectionInfo info, string protocol, string? domain)
    {
        info = info with { Protocol = info.Protocol ?? protocol };
        if (domain is null || !config.Overrides(protocol))
        {
            return info;
        }

        return config.RouteOnly
            ? info with { SniffedDomain = domain }
            : info with { Destination = new Destination(info.Destination.Network, domain, info.Destination.Port) };
    }
}
