using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Secrets;

/// <summary>Programs that know every kind of secret show none of them: not in logs at their most talkative, not to <c>ps</c>, not when asked.</summary>
public sealed partial class SecretsTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string User = "ann";

    private readonly SecretHunt _hunt = new();

    [Fact]
    public async Task Programs_that_run_and_programs_that_are_asked_say_no_secret()
    {
        var key = _hunt.AddKey("the bridge's key", TestKey.New());
        var second = _hunt.AddKey("the key in a file", TestKey.New());
        var stranger = _hunt.AddKey("the stranger's key", TestKey.New());
        var password = _hunt.Add("the password", "correct-horse-battery");
        _hunt.Add("the password as Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}")));
        var wrong = _hunt.Add("the wrong password", "incorrect-horse-battery");
        _hunt.Add("the wrong password as Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{wrong}")));
        var id = Guid.NewGuid().ToString();
        _hunt.Add("the id of VMess", id[9..]);
        _hunt.Add("the id's digits", id.Replace("-", string.Empty, StringComparison.Ordinal)[8..]);
        var (certificate, privateKey) = Certificate();
        foreach (var line in privateKey.Where(static line => !line.StartsWith('-')))
        {
            _hunt.Add("the certificate's key", line);
        }

        var accounts = new[] { new { user = User, pass = password } };
        var portalFile = WriteConfiguration("portal", JsonSerializer.Serialize(new
        {
            log = new { loglevel = "debug" },
            reverse = new { portals = new[] { new { tag = "portal", domain = Domain } } },
            inbounds = new object[]
            {
                new
                {
                    tag = "interconn", protocol = "tunnel", listen = "127.0.0.1", port = 0,
                    settings = new { clients = new object[] { new { key }, new { key = "file:" + Files.Write("second.key", second) } } },
                    streamSettings = new { security = "tls", tlsSettings = new { certificates = new[] { new { certificate, key = privateKey } } } },
                },
                new { tag = "v2ray", protocol = "vmess", listen = "127.0.0.1", port = 0, settings = new { clients = new[] { new { id } } } },
                new { tag = "socks", protocol = "socks", listen = "127.0.0.1", port = 0, settings = new { auth = "password", accounts } },
                new { tag = "http", protocol = "http", listen = "127.0.0.1", port = 0, settings = new { accounts } },
            },
            routing = new { rules = new[] { new { type = "field", inboundTag = "interconn,v2ray,socks,http", outboundTag = "portal" } } },
        }));
        var portal = Run("portal", ProgramFiles.Portal, ["run", "-c", portalFile]);
        var interconnect = AddressOf(await portal.WaitForLineAsync(LogLines.InterconnectListening));
        await Eventually.HoldsAsync(
            () => portal.Output.CountOf(LogLines.Serving) == 2, ProgramProcess.DefaultPatience, () => $"the portal does not serve two proxies:\n{portal.Output.Text()}");
        var proxies = portal.Output.Lines().Select(line => LogLines.Serving.Match(line.Text)).Where(match => match.Success).Select(AddressOf).ToArray();

        // One bridge that is let in, one with a key that the portal does not know, and the same target through a proxy that refuses.
        var target = Own(TcpTargets.Echo());
        var bridgeFile = WriteConfiguration("bridge", BridgeOf(key, target.Address, interconnect, id, proxies[1], wrong));
        var bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", bridgeFile]);
        var strangerFile = WriteConfiguration("bridge", Configurations.Bridge(Domain, stranger, target.Address, [interconnect]));
        var outsider = Run("stranger", ProgramFiles.Bridge, ["run", "-c", strangerFile]);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.WaitForLineAsync(LogLines.BridgeConnected);
        await outsider.WaitForLineAsync(LogLines.CannotConnect);

        Assert.Contains(" 200 ", await ConnectAsync(proxies[1], password, "target.invalid:80"), StringComparison.Ordinal);
        Assert.Contains(" 407 ", await ConnectAsync(proxies[1], wrong, "target.invalid:80"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(proxies[1], password, "refused.invalid:80"));
        await SocksAsync(proxies[0], wrong);
        await SocksAsync(proxies[0], password);
        await portal.WaitForLineAsync(WrongPassword());

        foreach (var (program, file) in new[] { (ProgramFiles.Portal, portalFile), (ProgramFiles.Bridge, bridgeFile), (ProgramFiles.Bridge, strangerFile) })
        {
            var expanded = await RunToEndAsync(program, "check", "--expand", "-c", file);
            Assert.Equal(0, expanded.ExitCode);
            _hunt.AssertNoneIn("check --expand", expanded.ToString());
        }

        foreach (var program in new[] { portal, bridge, outsider })
        {
            program.Terminate();
            await program.WaitForExitAsync();
            Assert.NotEmpty(program.Output.Lines());
            _hunt.AssertNoneIn($"the log of {program.Name}", program.Output.Text());
        }
    }

    /// <summary>The ways to hand a join string to a bridge; the last one shows it for as long as the program takes to start.</summary>
    [Theory]
    [InlineData("-")]
    [InlineData("file:")]
    [InlineData("env:")]
    [InlineData("tunnel:")]
    public async Task A_join_string_is_in_no_list_of_processes(string way)
    {
        var key = _hunt.AddKey("the key", TestKey.New());
        var portal = await StartPortalAsync(key);
        var join = $"tunnel://{key}@{portal.Interconnect}/{Domain}";
        var file = Files.Write("join", join + "\n");
        var target = Own(TcpTargets.Named("home")).Address;
        var argument = way switch
        {
            "file:" => way + file,
            "env:" => way + "TUNNEL_TEST_JOIN",
            "tunnel:" => join,
            _ => way,
        };

        // A shell gives the program its standard input and its variable, and becomes the program.
        var bridge = Run("bridge", "/bin/sh", way switch
        {
            "env:" => ["-c", $"TUNNEL_TEST_JOIN=$(cat {file}) exec \"$@\"", "sh", ProgramFiles.Bridge, "up", argument, target],
            _ => ["-c", $"exec \"$@\" < {file}", "sh", ProgramFiles.Bridge, "up", argument, target],
        });
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);

        Assert.Equal("home", await Visitor.AskAsync(portal.Public, string.Empty));
        foreach (var program in new[] { portal.Process, bridge })
        {
            var shown = (await File.ReadAllTextAsync($"/proc/{program.Id}/cmdline")).Replace('\0', ' ');
            Assert.Contains(program.Name, shown, StringComparison.Ordinal);
            _hunt.AssertNoneIn($"the command line of {program.Name}", shown);
            _hunt.AssertNoneIn($"the log of {program.Name}", program.Output.Text());
        }

        Assert.Contains(portal.Interconnect.ToString(), way == "tunnel:" ? await File.ReadAllTextAsync($"/proc/{bridge.Id}/cmdline") : join, StringComparison.Ordinal);
    }

    /// <summary>What is typed in the wrong place is explained, and the explanation may be kept for years.</summary>
    [Theory]
    [InlineData("JOIN", "80")]
    [InlineData("up", "JOIN")]
    [InlineData("up", "JOIN", "JOIN")]
    [InlineData("up", "80", "JOIN")]
    [InlineData("up", "JOIN", "80", "JOIN")]
    [InlineData("up", "JOIN", "80", "--key=JOIN")]
    [InlineData("run", "-c", "JOIN")]
    [InlineData("run", "JOIN")]
    [InlineData("check", "-c", "KEY")]
    [InlineData("keygen", "KEY")]
    public async Task A_join_string_in_the_wrong_place_is_not_repeated(params string[] arguments)
    {
        var key = _hunt.AddKey("the key", TestKey.New());
        var join = $"tunnel://{key}@127.0.0.1:7000/{Domain}";

        var result = await RunToEndAsync(ProgramFiles.Bridge, [.. arguments.Select(argument => argument
            .Replace("JOIN", join, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal))]);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
        _hunt.AssertNoneIn("the explanation", result.ToString());
    }

    [GeneratedRegex("the user or the password is wrong", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WrongPassword();

    private static string BridgeOf(string key, string target, IPEndPoint interconnect, string id, IPEndPoint proxy, string password) => JsonSerializer.Serialize(new
    {
        log = new { loglevel = "debug" },
        reverse = new { bridges = new[] { new { tag = "bridge", domain = Domain } } },
        outbounds = new object[]
        {
            new { tag = "out", protocol = "freedom", settings = new { redirect = target } },
            new { tag = "interconn", protocol = "tunnel", settings = new { servers = new[] { new { address = "127.0.0.1", port = interconnect.Port, key } } } },
            new
            {
                tag = "refused",
                protocol = "http",
                settings = new { servers = new[] { new { address = "127.0.0.1", port = proxy.Port, users = new[] { new { user = User, pass = password } } } } },
            },
            new
            {
                tag = "v2ray",
                protocol = "vmess",
                settings = new { vnext = new[] { new { address = "127.0.0.1", port = interconnect.Port, users = new[] { new { id } } } } },
                streamSettings = new { network = "ws", wsSettings = new { headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = password } } },
            },
        },
        routing = new
        {
            rules = new object[]
            {
                new { type = "field", inboundTag = "bridge", domain = new[] { $"full:{Domain}" }, outboundTag = "interconn" },
                new { type = "field", inboundTag = "bridge", domain = new[] { "full:refused.invalid" }, outboundTag = "refused" },
                new { type = "field", inboundTag = "bridge", outboundTag = "out" },
            },
        },
    });

    private static (string[] Certificate, string[] Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portal", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (certificate.ExportCertificatePem().Split('\n'), key.ExportPkcs8PrivateKeyPem().Split('\n'));
    }

    private static async Task<string> ConnectAsync(IPEndPoint proxy, string password, string target)
    {
        using var visitor = await Visitor.ConnectAsync(proxy);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"));
        return await visitor.AskAsync($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic {basic}\r\n\r\n");
    }

    private static async Task SocksAsync(IPEndPoint proxy, string password)
    {
        using var visitor = await Visitor.ConnectAsync(proxy);
        byte[] greeting = [5, 1, 2, 1, (byte)User.Length, .. Encoding.ASCII.GetBytes(User), (byte)password.Length, .. Encoding.ASCII.GetBytes(password)];
        await visitor.SendAsync(greeting);
        await visitor.ReadExactlyAsync(new byte[4]);
    }
}
