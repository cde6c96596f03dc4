using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The destination's network is one of these.</summary>
internal sealed class NetworkMatcher(ImmutableArray<Network> networks) : IMatcher
{
    public bool Matches(ConnectionInfo info) => networks.Contains(info.Destination.Network);
}
