using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The visitor's address is in any of the blocks; where it is not known, as for a bridge's own dial, nothing matches.</summary>
internal sealed class SourceMatcher(ImmutableArray<CidrBlock> blocks) : IMatcher
{
    public bool Matches(ConnectionInfo info) =>
        info.Source is { } source && CidrBlock.AnyContains(blocks, source.Address);
}
