using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Faults;

/// <summary>What tests of faults start from: pairs of programs with a relay or a line between them.</summary>
public abstract class FaultTest(ITestOutputHelper output) : EndToEndTest(output)
{
    /// <summary>Whether the tests do all they can, which takes many minutes. Otherwise they do the same in small.</summary>
    protected static bool Full => FullRun.IsAsked;

    /// <summary>Starts a portal and a bridge with a relay between them, and waits until both are ready.</summary>
    protected async Task<(PortalProgram Portal, ProgramProcess Bridge, FaultRelay Relay)> StartThroughRelayAsync(string to)
    {
        var portal = await StartPortalAsync();
        var relay = Own(new FaultRelay(portal.Interconnect));
        var bridge = StartBridge(portal.Key, to, [relay.EndPoint]);
        await BothReadyAsync(portal, bridge);
        return (portal, bridge, relay);
    }

    /// <summary>Starts a portal and a bridge at the two ends of a network, and waits until both are ready. The target is beside the bridge.</summary>
    protected async Task<(PortalProgram Portal, ProgramProcess Bridge)> StartInNetworkAsync(FaultNetwork network, string to)
    {
        var key = TestKey.New();
        var host = network.PortalAddress.ToString();
        var stateDirectory = Files.MakeDirectory("state-portal");
        var portalFile = WriteConfiguration("portal", Configurations.Portal(Domain, key, host: host));
        var process = RunIn(network.Portal, "portal", ProgramFiles.Portal, ["run", "-c", portalFile], stateDirectory);
        var portal = await ReadyAsync(process, Domain, key, stateDirectory);
        var bridgeFile = WriteConfiguration("bridge", Configurations.Bridge(Domain, key, to, [portal.Interconnect]));
        var bridge = RunIn(network.Bridge, "bridge", ProgramFiles.Bridge, ["run", "-c", bridgeFile]);
        await BothReadyAsync(portal, bridge);
        return (portal, bridge);
    }

    private static async Task BothReadyAsync(PortalProgram portal, ProgramProcess bridge)
    {
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
    }

    private ProgramProcess RunIn(NetworkNamespace network, string name, string file, string[] arguments, string? stateDirectory = null)
    {
        var (command, words) = network.Command(file, arguments);
        return Run(name, command, words, stateDirectory);
    }
}
