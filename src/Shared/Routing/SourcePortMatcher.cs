using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The visitor's port is in any of the ranges; where it is not known nothing matches.</summary>
internal sealed class SourcePortMatcher(ImmutableArray<PortRange> ranges) : IMatcher
{
    public bool Matches(ConnectionInfo info) => info.Source is { } source && PortRange.AnyContains(ranges, source.Port);
}
