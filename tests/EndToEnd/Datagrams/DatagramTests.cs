using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Datagrams;

/// <summary>UDP through a portal and a bridge, with real programs at both ends of the tunnel. Measures, so it runs alone.</summary>
[Collection(HeavyCollection.Name)]
public sealed partial class DatagramTests(ITestOutputHelper output, DatagramDoors doors) : IClassFixture<DatagramDoors>
{
    // A busy machine loses some; the tunnel itself must not lose most.
    private const double WorstLossPercent = 25;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Datagrams_of_every_size_come_back_whole_and_each_visitor_gets_its_own()
    {
        using var one = new UdpVisitor(doors["echo"]);
        using var other = new UdpVisitor(doors["echo"]);
        foreach (var length in (int[])[1, 0, 512, 1472, 16_384, 16_385, 32_000, 65_507])
        {
            var datagram = Pattern.First(length);
            Assert.Equal(datagram, await one.AskAsync(datagram));
            var mark = BitConverter.GetBytes(length);
            Assert.Equal(mark, await other.AskAsync(mark));
        }
    }

    [Fact]
    public async Task A_silent_flow_ends_and_the_next_datagram_makes_another()
    {
        using var visitor = new UdpVisitor(doors["short"]);
        await visitor.AskAsync("one"u8.ToArray());
        var address = Regex.Escape(visitor.Socket.LocalEndPoint!.ToString()!);
        await doors.Portal.WaitForLineAsync(new Regex($"the visitor {address} of .* ended: .* Idle", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Equal("two"u8.ToArray(), await visitor.AskAsync("two"u8.ToArray()));
        var accepted = new Regex($"{address} accepted udp:", RegexOptions.None, TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(
            () => doors.Portal.Output.CountOf(accepted) == 2, TimeSpan.FromSeconds(10), () => $"not two flows but {doors.Portal.Output.CountOf(accepted)}");
    }

    [PeerFact("dnsmasq", "dig")]
    public async Task A_name_server_is_asked_over_both_protocols_on_one_port()
    {
        var port = doors.Services["dns"];
        await using var server = ProgramProcess.Start(
            "dnsmasq",
            Peer.Require("dnsmasq"),
            [
                "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--bind-interfaces", "--listen-address=127.0.0.1",
                $"--port={port}", "--address=/web.home.example/192.0.2.7", "--user=", "--group=",
            ]);
        await Eventually.HoldsAsync(
            async () => await DigAsync(new IPEndPoint(IPAddress.Loopback, port)) == "192.0.2.7",
            StartLimit,
            () => $"dnsmasq does not answer:\n{server.Output.Text()}");
        Assert.Equal("192.0.2.7", await DigAsync(doors["dns"]));
        Assert.Equal("192.0.2.7", await DigAsync(doors["dns"], "+tcp"));
    }

    [PeerTheory("iperf3")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_megabits_per_second_pass(bool reverse)
    {
        var iperf3 = Peer.Require("iperf3");
        await using var server = ProgramProcess.Start("iperf3", iperf3, ["-s", "-1", "-B", "127.0.0.1", "-p", $"{doors.Services["iperf3"]}", "--forceflush"]);
        await server.WaitForLineAsync(Listening());

        // Its control connection goes through the tunnel as well, over TCP on the same port.
        var result = await Tool.RunAsync(
            iperf3,
            [
                "-c", "127.0.0.1", "-p", $"{doors["iperf3"].Port}", "-u", "-b", "100M", "-l", "1400", "-t", reverse ? "1" : "2", "-J",
                .. reverse ? ["-R"] : Array.Empty<string>(),
            ]);
        Assert.True(result.ExitCode == 0, result.ToString());
        using var report = JsonDocument.Parse(result.Output);
        var sum = report.RootElement.GetProperty("end").GetProperty("sum");
        var loss = sum.GetProperty("lost_percent").GetDouble();
        var packets = sum.GetProperty("packets").GetInt64();
        output.WriteLine(
            $"iperf3 {(reverse ? "to" : "from")} the visitor: {packets} datagrams, {loss:0.00} % lost, {sum.GetProperty("bits_per_second").GetDouble() / 1e6:0.0} Mbit/s");
        Assert.True(packets > 1000, result.ToString());
        Assert.InRange(loss, 0, WorstLossPercent);
    }

    [PeerFact("gtlsclient", "gtlsserver")]
    public async Task A_page_is_fetched_over_HTTP_3()
    {
        using var files = new TempDirectory();
        var root = files.MakeDirectory("htdocs");
        var page = Pattern.First(300_000);
        await File.WriteAllBytesAsync(Path.Combine(root, "page.bin"), page);
        var (key, certificate) = Certify(files);
        var port = doors.Services["http3"];
        await using var server = ProgramProcess.Start("gtlsserver", Peer.Require("gtlsserver"), ["-q", "-d", root, "127.0.0.1", $"{port}", key, certificate]);
        var downloads = files.MakeDirectory("downloads");
        var file = Path.Combine(downloads, "page.bin");
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(server.HasExited, server.Output.Text());
                var client = await Tool.RunAsync(
                    Peer.Require("gtlsclient"),
                    [
                        "-q", "--no-http-dump", "--exit-on-all-streams-close", "--timeout=5s", $"--download={downloads}", "127.0.0.1", $"{doors["http3"].Port}",
                        $"https://127.0.0.1:{doors["http3"].Port}/page.bin",
                    ]);
                return File.Exists(file) && new FileInfo(file).Length == page.Length;
            },
            StartLimit,
            () => $"no page came over QUIC:\n{server.Output.Text()}");
        Assert.Equal(page, await File.ReadAllBytesAsync(file));
    }

    private static (string Key, string Certificate) Certify(TempDirectory files)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (files.Write("key.pem", key.ExportPkcs8PrivateKeyPem()), files.Write("cert.pem", certificate.ExportCertificatePem()));
    }

    private static async Task<string> DigAsync(IPEndPoint server, params string[] more)
    {
        var result = await Tool.RunAsync(
            Peer.Require("dig"), [$"@{server.Address}", "-p", $"{server.Port}", "+short", "+time=2", "+tries=3", .. more, "web.home.example", "A"]);
        return System.Text.Encoding.UTF8.GetString(result.Output).Trim();
    }

    [GeneratedRegex("Server listening", RegexOptions.None, 1000)]
    private static partial Regex Listening();
}
