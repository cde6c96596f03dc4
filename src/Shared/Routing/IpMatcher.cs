using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The destination is an address in any of the blocks; a domain never matches.</summary>
internal sealed class IpMatcher(ImmutableArray<CidrBlock> blocks) : IMatcher
{
    public bool Matches(ConnectionInfo info) =>
        info.Destination.Address is { } address && CidrBlock.AnyContains(blocks, address);
}
