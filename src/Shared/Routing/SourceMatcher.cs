using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The visitor's address is in any of the blocks; where it is not known, as for a bridge's own dial, nothing matches.</summary>
internal sealed class SourceMatcher(IEnumerable<CidrBlock> blocks) : IMatcher
{
    private readonly AddressSet _blocks = new(blocks);

    public bool Matches(ConnectionInfo info) => info.Source is { } source && _blocks.Contains(source.Address);
}
