using System.Net;
using Tunnel.Testing.Net;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>A portal and a bridge that are configured in V2Ray's form.</summary>
internal sealed class ReversePeer(string name, OurPrograms programs, Interconnect interconnect) : ITunnelPeer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string? Missing => programs.Missing;

    /// <inheritdoc/>
    public bool NeedsLoopback => interconnect.NeedsLoopback;

    /// <inheritdoc/>
    public (string File, string[] Arguments)? Version => (programs.Portal, interconnect.VersionArguments);

    /// <inheritdoc/>
    public RunningPeer Start(Site site, IReadOnlyList<int> targets)
    {
        var folder = site.NewFolder();
        var doors = targets.Select(_ => new IPEndPoint(site.PortalAddress, FreePort.Next())).ToArray();
        var meeting = new IPEndPoint(site.PortalAddress, FreePort.Next());
        var (portal, bridge) = (Path.Combine(folder, "portal.json"), Path.Combine(folder, "bridge.json"));
        File.WriteAllText(portal, ReverseConfig.Portal(
            interconnect.Log, interconnect.Protocol, interconnect.Inbound, interconnect.Stream, meeting, doors.Zip(targets)));
        File.WriteAllText(bridge, ReverseConfig.Bridge(interconnect.Log, interconnect.Protocol, interconnect.Outbound(meeting), interconnect.Stream));
        return new RunningPeer(
            Name,
            site,
            [
                site.StartAtPortal($"{name} (portal)", programs.Portal, [.. interconnect.RunArguments, portal]),
                site.StartAtBridge($"{name} (bridge)", programs.Bridge, [.. interconnect.RunArguments, bridge]),
            ],
            doors);
    }
}
