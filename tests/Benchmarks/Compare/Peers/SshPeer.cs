using System.Diagnostics;
using System.Globalization;
using System.Net;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>ssh -R to an sshd of its own: a key, a configuration and a port that nobody else uses.</summary>
internal sealed class SshPeer : ITunnelPeer
{
    // Where Debian's sshd looks for an empty folder, which its service makes; without the service nobody has.
    private const string SeparationFolder = "/run/sshd";

    private readonly string? _server = Peer.Find("sshd");
    private readonly string? _client = Peer.Find("ssh");
    private readonly string? _keygen = Peer.Find("ssh-keygen");

    /// <inheritdoc/>
    public string Name => "ssh";

    /// <inheritdoc/>
    public string? Missing => _server is null || _client is null || _keygen is null ? "ssh, sshd or ssh-keygen is not installed" : null;

    /// <inheritdoc/>
    public (string File, string[] Arguments)? Version => _client is null ? null : (_client, ["-V"]);

    /// <inheritdoc/>
    public RunningPeer Start(Site site, IReadOnlyList<int> targets)
    {
        var folder = site.NewFolder();
        if (Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory(SeparationFolder);
        }

        var (hostKey, userKey, config) = (Path.Combine(folder, "host"), Path.Combine(folder, "user"), Path.Combine(folder, "sshd_config"));
        MakeKey(hostKey);
        MakeKey(userKey);
        var meeting = new IPEndPoint(site.PortalAddress, FreePort.Next());
        var doors = targets.Select(_ => new IPEndPoint(site.PortalAddress, FreePort.Next())).ToArray();
        File.WriteAllText(
            config,
            $"""
            ListenAddress {meeting}
            HostKey {hostKey}
            AuthorizedKeysFile {userKey}.pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            AllowTcpForwarding remote
            GatewayPorts clientspecified
            UseDNS no

            """);
        var server = site.StartAtPortal("sshd", _server!, "-D", "-e", "-f", config);
        var client = site.StartAtBridge(
            "ssh",
            _client!,
            [
                "-N", "-T", "-F", "none", "-i", userKey,
                "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "ExitOnForwardFailure=yes", "-o", "Compression=no", "-o", "ConnectionAttempts=10", "-o", "LogLevel=ERROR",
                .. doors.Zip(targets).SelectMany(static way => (string[])["-R", $"{way.First}:127.0.0.1:{way.Second}"]),
                "-p", meeting.Port.ToString(CultureInfo.InvariantCulture), $"{Environment.UserName}@{meeting.Address}",
            ]);
        return new RunningPeer(Name, site, [server, client], doors);
    }

    private void MakeKey(string file)
    {
        using var process = Process.Start(new ProcessStartInfo(_keygen!, ["-q", "-t", "ed25519", "-N", "", "-f", file]))!;
        process.WaitForExit();
    }
}
