using System.Collections.Immutable;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The name of the visitor's protocol begins with one of these; where nobody looked nothing matches.</summary>
internal sealed class ProtocolMatcher(ImmutableArray<string> beginnings) : IMatcher
{
    public bool Matches(ConnectionInfo info)
    {
        if (info.Protocol is not { } protocol)
        {
            return false;
        }

        foreach (var beginning in beginnings)
        {
            if (protocol.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
