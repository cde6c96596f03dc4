using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Testing.Dispatch;

namespace Tunnel.Shared.Tests.Hosting;

/// <summary>Bridges and portals that do nothing, and are remembered. A bridge fails to start where its domain says so.</summary>
internal sealed class FakeReverse(List<string> log) : IReverseFactory
{
    public const string Fails = "fails.example";

    public List<FakeOutbound> Portals { get; } = [];

    public IDispatcher? Dispatcher { get; private set; }

    public IInbound CreateBridge(ReverseBridgeConfig config, IDispatcher dispatcher, RuntimeContext context)
    {
        Dispatcher = dispatcher;
        return new FakeInbound(config.Tag, config.Domain == Fails, log);
    }

    public IOutbound CreatePortal(ReversePortalConfig config, RuntimeContext context)
    {
        var portal = new FakeOutbound(config.Tag);
        Portals.Add(portal);
        return portal;
    }
}
