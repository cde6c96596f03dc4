using Tunnel.Testing.Peers;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>The columns, in the order in which they are printed.</summary>
internal static class AllPeers
{
    /// <summary>All of them, installed or not.</summary>
    public static IReadOnlyList<ITunnelPeer> Create(string? binaries)
    {
        var ours = OurPrograms.In(binaries);
        var v2ray = Peer.Find("v2ray") ?? "v2ray";
        return
        [
            new DirectPeer(),
            new HaproxyPeer(),
            new SshPeer(),
            new ReversePeer("v2ray", new OurPrograms(v2ray, v2ray), Interconnect.VMess() with
            {
                // Without a word about it, every visit is a line on standard output.
                Log = new { loglevel = "warning", access = "none" },
                RunArguments = ["-config"],
                VersionArguments = ["-version"],
            }),
            new ReversePeer("tunnel-plain", ours, Interconnect.Tunnel("none", resumable: true)),
            new ReversePeer("tunnel-tls", ours, Interconnect.Tunnel(null, resumable: true)),
            new ReversePeer("tunnel-plain-nolink", ours, Interconnect.Tunnel("none", resumable: false)),
            new ReversePeer("tunnel-tls-nolink", ours, Interconnect.Tunnel(null, resumable: false)),
            new ReversePeer("tunnel-vmess", ours, Interconnect.VMess()),
        ];
    }
}
