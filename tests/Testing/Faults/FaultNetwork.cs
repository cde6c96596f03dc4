using System.Net;

namespace Tunnel.Testing.Faults;

/// <summary>A bridge's network and a portal's network, joined by a <see cref="DelayLine"/> as the internet would.</summary>
public sealed class FaultNetwork : IDisposable
{
    private const string BridgeDevice = "wan";
    private const string PortalDevice = "wan";
    private const int FirstBridgeHost = 2;
    private const int LastBridgeHost = 250;

    // 100 ms of 10 Gbit/s: what the kernel may keep for one connection must not be what limits it.
    private const string SocketBuffers = "4096 131072 134217728";

    private int _bridgeHost = FirstBridgeHost;

    private FaultNetwork(NetworkNamespace bridge, NetworkNamespace portal, DelayLine line)
    {
        Bridge = bridge;
        Portal = portal;
        Line = line;
    }

    /// <summary>Where bridges and targets are.</summary>
    public NetworkNamespace Bridge { get; }

    /// <summary>Where the portal and the visitors are.</summary>
    public NetworkNamespace Portal { get; }

    /// <summary>What is between them. Right is the portal's side.</summary>
    public DelayLine Line { get; }

    /// <summary>The portal's address.</summary>
    public IPAddress PortalAddress { get; } = IPAddress.Parse("10.77.0.1");

    /// <summary>The address that the bridge's side has now.</summary>
    public IPAddress BridgeAddress => IPAddress.Parse(BridgeHost(_bridgeHost));

    /// <summary>Makes both networks and the line.</summary>
    public static async Task<FaultNetwork> CreateAsync(DelayLineOptions? options = null)
    {
        var bridge = await NetworkNamespace.CreateAsync();
        var portal = await NetworkNamespace.CreateAsync();
        var line = await DelayLine.CreateAsync(bridge, BridgeDevice, portal, PortalDevice, options);
        var network = new FaultNetwork(bridge, portal, line);
        foreach (var side in (NetworkNamespace[])[bridge, portal])
        {
            side.Set("ipv4/tcp_rmem", SocketBuffers);
            side.Set("ipv4/tcp_wmem", SocketBuffers);
        }

        await portal.IpAsync($"addr add {network.PortalAddress}/24 dev {PortalDevice}");
        await bridge.IpAsync($"addr add {network.BridgeAddress}/24 dev {BridgeDevice}");
        return network;
    }

    /// <summary>
    /// The bridge's side loses its address and gets another one, as a phone that changes networks does. Connections from the old
    /// address never hear from the other side again.
    /// </summary>
    public Task ChangeBridgeAddressAsync()
    {
        var old = BridgeAddress;
        _bridgeHost = _bridgeHost == LastBridgeHost ? FirstBridgeHost : _bridgeHost + 1;
        return Bridge.IpAsync($"addr del {old}/24 dev {BridgeDevice}", $"addr add {BridgeAddress}/24 dev {BridgeDevice}");
    }

    /// <summary>Takes the bridge's interface down, so that dialling fails at once, or up again.</summary>
    public Task SetBridgeLinkAsync(bool up) => Bridge.IpAsync($"link set {BridgeDevice} {(up ? "up" : "down")}");

    /// <inheritdoc/>
    public void Dispose()
    {
        Line.Dispose();
        Bridge.Dispose();
        Portal.Dispose();
    }

    private static string BridgeHost(int host) => $"10.77.0.{host}";
}
