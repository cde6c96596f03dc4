using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The destination's port is in any of the ranges. Port 0, an interconnect's, is matched by a plain 0 too, which V2Ray never matches.</summary>
internal sealed class PortMatcher(ImmutableArray<PortRange> ranges) : IMatcher
{
    public bool Matches(ConnectionInfo info) => PortRange.AnyContains(ranges, info.Destination.Port);
}
