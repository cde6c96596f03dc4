using Tunnel.EndToEnd;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing;
using Tunnel.Testing.Peers;

namespace Tunnel.Interop;

/// <summary>Either side of a mixed pair is killed and comes back, and the other one is not touched.</summary>
public sealed class RestartTests(ITestOutputHelper output) : InteropTest(output)
{
    public static TheoryData<Side, Side, bool> Restarts { get; } = new()
    {
        { Side.Ours, Side.Real, true },
        { Side.Ours, Side.Real, false },
        { Side.Real, Side.Ours, true },
        { Side.Real, Side.Ours, false },
    };

    [PeerTheory("v2ray")]
    [MemberData(nameof(Restarts))]
    public async Task The_pair_serves_again(Side portalSide, Side bridgeSide, bool killsPortal)
    {
        var target = Own(await WebTarget.StartAsync());
        var portalFile = ManualSample.Portal(Public.Port, InterconnectPort);
        var bridgeFile = ManualSample.Bridge(InterconnectPort, target.Address);
        var portal = StartPortal(portalSide, portalFile);
        var bridge = StartBridge(bridgeSide, bridgeFile);
        await ServedAsync(portal, bridge);

        var (killed, untouched) = killsPortal ? (portal, bridge) : (bridge, portal);
        killed.Kill();
        await killed.WaitForExitAsync();
        await Eventually.HoldsAsync(async () => !await IsServedAsync(), ServedLimit, () => "it serves without one of its sides");

        var again = killsPortal ? StartPortal(portalSide, portalFile) : StartBridge(bridgeSide, bridgeFile);
        await ServedAsync(again, untouched);
    }
}
