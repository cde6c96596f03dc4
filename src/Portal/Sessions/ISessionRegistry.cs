using System.Collections.Immutable;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>Which sessions serve which virtual domain. The one place that knows; another implementation may know of other processes.</summary>
internal interface ISessionRegistry
{
    /// <summary>Adds a session until the returned value is disposed.</summary>
    IDisposable Add(BridgeSession session);

    /// <summary>The sessions of a virtual domain now, in order of arrival.</summary>
    ImmutableArray<BridgeSession> Find(string virtualDomain);
}
