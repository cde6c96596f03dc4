using Tunnel.Bridge;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal;

/// <summary>What program <c>portal</c> adds to the runtime: portals, and bridges too, so that one process can be both.</summary>
internal sealed class ReverseFactory : IReverseFactory
{
    private readonly InProcessSessionRegistry _registry = new();

    public IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context) =>
        new BridgeInbound(config, dispatcher, context);

    public IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context) => new PortalOutbound(config, _registry, context);
}
