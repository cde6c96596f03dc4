using System.Collections.Immutable;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The visitor authenticated to its inbound under one of these names, exactly.</summary>
internal sealed class UserMatcher(ImmutableArray<string> users) : IMatcher
{
    public bool Matches(ConnectionInfo info)
    {
        foreach (var user in users)
        {
            if (string.Equals(user, info.User, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
