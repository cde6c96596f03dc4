using Tunnel.Testing.Faults;
using Tunnel.Testing.Load;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Faults;

/// <summary>The bridge's machine gets another address.</summary>
public sealed class AddressChangeTests(ITestOutputHelper output) : CutTest(output)
{
    [NamespaceFact]
    public async Task Changes_of_the_bridges_address_are_not_noticed()
    {
        var network = Own(await FaultNetwork.CreateAsync(new DelayLineOptions { Delay = TimeSpan.FromMilliseconds(1) }));
        var target = Own(network.Bridge.Run(() => LoadTarget.Start()));
        var (portal, bridge) = await StartInNetworkAsync(network, target.Address);
        await CutAsync(
            [portal.Process, bridge],
            () => network.Portal.Run(() => Visitor.ConnectAsync(portal.Public)),
            cuts: Full ? 20 : 2,
            async () =>
            {
                await network.ChangeBridgeAddressAsync();
                return true;
            });
    }
}
