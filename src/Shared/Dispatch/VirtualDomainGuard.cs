using System.Collections.Frozen;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Dispatch;

/// <summary>
/// Stands before the router and turns away every visitor that asks for a virtual domain of this process, by a name in its first
/// bytes, in a proxy request, or in a stream of a session. Routed like a bridge's own dial, such a connection could reach an
/// interconnect and make a bridge of its visitor. Bridges do not pass here: they ask <see cref="Route"/>, and dial themselves.
/// </summary>
internal sealed class VirtualDomainGuard : IDispatcher
{
    private readonly IDispatcher _inner;
    private readonly FrozenSet<string> _domains;
    private readonly ILogger _logger;

    /// <param name="inner">Takes everybody else.</param>
    /// <param name="domains">The virtual domains of all portals and bridges.</param>
    /// <param name="logger">Says who was turned away.</param>
    public VirtualDomainGuard(IDispatcher inner, IEnumerable<string> domains, ILogger logger)
    {
        _inner = inner;
        _domains = domains.Select(WithoutRoot).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _logger = logger;
    }

    public IOutbound? Route(ConnectionInfo info) => _inner.Route(info);

    public async Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (Find(info.Destination.Host) is { } domain || (info.SniffedDomain is { } name && (domain = Find(name)) is not null))
        {
            VirtualDomainGuardLog.TurnedAway(_logger, info.Source, info.InboundTag, domain);
            await pipe.AbortAsync(new IOException("a virtual domain is not a destination"));
            return;
        }

        await _inner.DispatchAsync(info, pipe, cancellationToken);
    }

    private string? Find(string host) => _domains.TryGetValue(WithoutRoot(host), out var domain) ? domain : null;

    /// <summary>A name is the same with the root's dot.</summary>
    private static string WithoutRoot(string host) => host.TrimEnd('.');
}
