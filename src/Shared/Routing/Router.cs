using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>Decides by tag, destination and source which outbound takes a connection. Immutable and free of effects but for the random source.</summary>
public sealed class Router
{
    /// <param name="routing">The rules.</param>
    /// <param name="outboundTags">The tags of all outbounds and portals, for balancers.</param>
    /// <param name="random">A number from 0 up to, but not, its argument; null for <see cref="Random.Shared"/>. Called concurrently.</param>
    public Router(RoutingConfig routing, IEnumerable<string> outboundTags, Func<int, int>? random = null) => throw new NotSupportedException("Not written yet.");

    /// <summary>The outbound for a connection: the first matching rule's, otherwise the default.</summary>
    public RouteDecision Decide(ConnectionInfo info) => throw new NotSupportedException("Not written yet.");
}
