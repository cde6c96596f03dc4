using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;

namespace Tunnel.Bridge;

/// <summary>What program <c>bridge</c> adds to the runtime: bridges. Portals are program <c>portal</c>'s.</summary>
internal sealed class ReverseFactory : IReverseFactory
{
    public IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context) =>
        new BridgeInbound(config, dispatcher, context);

    public IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context) =>
        throw new InvalidOperationException("The configuration's portals are refused before the runtime is built.");
}
