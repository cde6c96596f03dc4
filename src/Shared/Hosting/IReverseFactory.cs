using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Hosting;

/// <summary>Makes the two parts that the programs add to the shared runtime: bridges are inbounds, portals are outbounds, as in V2Ray.</summary>
public interface IReverseFactory
{
    /// <summary>A <c>reverse.bridges</c> item.</summary>
    IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context);

    /// <summary>A <c>reverse.portals</c> item.</summary>
    IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context);
}
