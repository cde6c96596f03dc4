using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The destination is an address in any of the blocks; a domain never matches.</summary>
internal sealed class IpMatcher(IEnumerable<CidrBlock> blocks) : IMatcher
{
    private readonly AddressSet _blocks = new(blocks);

    public bool Matches(ConnectionInfo info) => info.Destination.Address is { } address && _blocks.Contains(address);
}
