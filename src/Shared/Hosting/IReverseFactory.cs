using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Hosting;

/// <summary>
/// Makes the parts that the programs add to the shared runtime: bridges are inbounds, portals are outbounds, as in V2Ray; and
/// inbounds of protocols that need what only one program has.
/// </summary>
public interface IReverseFactory
{
    /// <summary>A <c>reverse.bridges</c> item.</summary>
    IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context);

    /// <summary>A <c>reverse.portals</c> item.</summary>
    IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context);

    /// <summary>An inbound of a protocol that this program runs itself; null for those that are part of the runtime.</summary>
    IInbound? CreateInbound(InboundConfig config, IDispatcher dispatcher, RuntimeContext context) => null;
}
