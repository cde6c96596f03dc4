using Tunnel.Bridge;
using Tunnel.Portal.Sessions;
using Tunnel.Portal.Web.Serving;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal;

/// <summary>What program <c>portal</c> adds to the runtime: portals, and bridges too, so that one process can be both.</summary>
internal sealed class ReverseFactory : IReverseFactory
{
    private readonly InProcessSessionRegistry _registry = new();

    public IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context) =>
        new BridgeInbound(config, dispatcher, context);

    /// <summary>The web front. Nothing of ASP.NET is touched, and so loaded, where there is none.</summary>
    public IInbound? CreateInbound(InboundConfig config, IDispatcher dispatcher, RuntimeContext context) =>
        config.Settings is WebSettings ? WebInboundFactory.Create(config, context) : null;

    public IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context) => new PortalOutbound(config, _registry, context);
}
