using System.Collections.Immutable;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The tag of the inbound or bridge is one of these, exactly.</summary>
internal sealed class InboundTagMatcher(ImmutableArray<string> tags) : IMatcher
{
    public bool Matches(ConnectionInfo info)
    {
        foreach (var tag in tags)
        {
            if (string.Equals(tag, info.InboundTag, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
