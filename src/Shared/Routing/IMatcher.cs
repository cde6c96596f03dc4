using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>One condition of a rule. Pure, and without allocations.</summary>
internal interface IMatcher
{
    bool Matches(ConnectionInfo info);
}
