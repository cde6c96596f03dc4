using System.Net;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>No tunnel: what the machine and the load generator can do.</summary>
internal sealed class DirectPeer : ITunnelPeer
{
    /// <inheritdoc/>
    public string Name => "direct";

    /// <inheritdoc/>
    public string? Missing => null;

    /// <inheritdoc/>
    public (string File, string[] Arguments)? Version => null;

    /// <inheritdoc/>
    public RunningPeer Start(Site site, IReadOnlyList<int> targets) =>
        new(Name, site, [], [.. targets.Select(port => new IPEndPoint(site.BridgeAddress, port))]);
}
