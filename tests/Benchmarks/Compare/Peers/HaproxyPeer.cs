using System.Net;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>Two haproxies in a row: two hops in user space that do nothing but splice bytes.</summary>
internal sealed class HaproxyPeer : ITunnelPeer
{
    private readonly string? _file = Peer.Find("haproxy");

    /// <inheritdoc/>
    public string Name => "haproxy2";

    /// <inheritdoc/>
    public string? Missing => _file is null ? "haproxy is not installed" : null;

    /// <inheritdoc/>
    public (string File, string[] Arguments)? Version => _file is null ? null : (_file, ["-v"]);

    /// <inheritdoc/>
    public RunningPeer Start(Site site, IReadOnlyList<int> targets)
    {
        var folder = site.NewFolder();
        var doors = targets.Select(_ => new IPEndPoint(site.PortalAddress, FreePort.Next())).ToArray();
        var middles = targets.Select(_ => new IPEndPoint(site.BridgeAddress, FreePort.Next())).ToArray();
        var (portal, bridge) = (Path.Combine(folder, "portal.cfg"), Path.Combine(folder, "bridge.cfg"));
        File.WriteAllText(portal, Config(doors.Zip(middles)));
        File.WriteAllText(bridge, Config(middles.Zip(targets.Select(static port => new IPEndPoint(IPAddress.Loopback, port)))));
        return new RunningPeer(
            Name,
            site,
            [site.StartAtPortal("haproxy (portal)", _file!, "-db", "-f", portal), site.StartAtBridge("haproxy (bridge)", _file!, "-db", "-f", bridge)],
            doors);
    }

    private static string Config(IEnumerable<(IPEndPoint From, IPEndPoint To)> ways) =>
        """
        defaults
            mode tcp
            option splice-request
            option splice-response
            timeout connect 5s
            timeout client 1h
            timeout server 1h

        """ + string.Concat(ways.Select(static (way, index) =>
            $"listen way{index}\n    bind {way.From}\n    server next {way.To}\n"));
}
