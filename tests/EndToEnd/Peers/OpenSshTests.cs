using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Peers;

/// <summary>OpenSSH: ends and exit codes that must arrive, and the programs that run over it.</summary>
public sealed class OpenSshTests(PeerTunnel tunnel, ITestOutputHelper output) : PeerTest(tunnel, output)
{
    private const int Bulk = 16 * 1024 * 1024;
    private const int TreeFiles = 60;

    private string _clientConfiguration = string.Empty;

    [PeerFact("sshd", "ssh", "ssh-keygen", "scp", "rsync", "setpriv")]
    public async Task Commands_copies_and_trees_arrive_whole()
    {
        await StartSshdAsync();

        var command = await Tool.RunAsync(Peer.Require("ssh"), [.. Client, "peer", "echo out; echo err >&2; exit 42"]);
        Assert.Equal((42, "out\n", "err\n"), (command.ExitCode, command.Text, command.Error));

        // The remote command answers only when it has learnt that there is no more to read.
        var bulk = Pattern.First(Bulk);
        var hash = await RunClientAsync(Peer.Require("ssh"), [.. Client, "peer", "sha256sum"], bulk);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(bulk)), hash.Text, StringComparison.Ordinal);
        Assert.Equal(bulk, (await RunClientAsync(Peer.Require("ssh"), [.. Client, "peer", "cat"], bulk)).Output);

        await AssertScpAsync(bulk);
        await AssertRsyncAsync();
    }

    private string[] Client => ["-F", _clientConfiguration];

    private async Task AssertScpAsync(byte[] content)
    {
        var (file, there, back) = (Files.File("file"), Files.File("there"), Files.File("back"));
        await File.WriteAllBytesAsync(file, content);
        await RunClientAsync(Peer.Require("scp"), ["-q", .. Client, file, $"peer:{there}"]);
        Assert.Equal(content, await File.ReadAllBytesAsync(there));

        // The protocol of old, for which OpenSSH runs scp on the other side too.
        await RunClientAsync(Peer.Require("scp"), ["-q", "-O", .. Client, $"peer:{there}", back]);
        Assert.Equal(content, await File.ReadAllBytesAsync(back));
    }

    private async Task AssertRsyncAsync()
    {
        var (tree, there, back) = (Files.MakeDirectory("tree"), Files.File("tree-there"), Files.File("tree-back"));
        for (var i = 0; i < TreeFiles; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(tree, $"{i % 7}", $"{i % 3}"));
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"file {i}"), RandomNumberGenerator.GetBytes(i * 1500));
        }

        string[] options = ["-a", "--checksum", "--delete", "-e", $"{Peer.Require("ssh")} -F {_clientConfiguration}"];
        await RunClientAsync(Peer.Require("rsync"), [.. options, $"{tree}/", $"peer:{there}/"]);
        Assert.Equal(Describe(tree), Describe(there));

        // Only what differs travels the second time.
        File.Delete(Path.Combine(tree, "0", "0", "file 0"));
        await File.AppendAllTextAsync(Path.Combine(tree, "1", "1", "file 1"), "more");
        await RunClientAsync(Peer.Require("rsync"), [.. options, $"{tree}/", $"peer:{there}/"]);
        Assert.Equal(Describe(tree), Describe(there));
        await RunClientAsync(Peer.Require("rsync"), [.. options, $"peer:{there}/", $"{back}/"]);
        Assert.Equal(Describe(tree), Describe(back));
    }

    private static string[] Describe(string tree) =>
    [
        .. Directory.GetFiles(tree, "*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(tree, file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}")
            .Order(StringComparer.Ordinal),
    ];

    private async Task StartSshdAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // Its empty home for what it does before anybody has logged in; the system's own start makes it.
            Directory.CreateDirectory("/run/sshd");
        }

        var (hostKey, userKey) = (Files.File("host-key"), Files.File("user-key"));
        foreach (var key in new[] { hostKey, userKey })
        {
            await RunClientAsync(Peer.Require("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", key]);
        }

        Files.Write("known-hosts", $"peer {await File.ReadAllTextAsync($"{hostKey}.pub")}");
        var target = (IPEndPoint)Tunnel.Ssh.Target;
        var configuration = Files.Write("sshd.conf", $"""
            ListenAddress {target}
            HostKey {hostKey}
            AuthorizedKeysFile {userKey}.pub
            PidFile none
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            StrictModes no
            Subsystem sftp internal-sftp
            """);
        _clientConfiguration = Files.Write("ssh.conf", $"""
            Host peer
              HostName 127.0.0.1
              Port {Tunnel.Ssh.Public.Port.ToString(CultureInfo.InvariantCulture)}
              User {Environment.UserName}
              IdentityFile {userKey}
              IdentitiesOnly yes
              HostKeyAlias peer
              UserKnownHostsFile {Files.File("known-hosts")}
              GlobalKnownHostsFile /dev/null
              StrictHostKeyChecking yes
              BatchMode yes
              LogLevel ERROR
            """);
        await StartServerAsync(Tunnel.Ssh, Peer.Require("sshd"), ["-D", "-e", "-f", configuration]);
    }
}
