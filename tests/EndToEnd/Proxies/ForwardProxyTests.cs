using System.Net;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Proxies;

/// <summary>SOCKS and HTTP proxies on the portal lead into the network of the bridge: to a name that only the bridge can resolve.</summary>
public sealed class ForwardProxyTests(ITestOutputHelper output, ForwardProxyTunnel tunnel) : EndToEndTest(output), IClassFixture<ForwardProxyTunnel>
{
    private const string Site = ForwardProxyTunnel.Site;

    private IPEndPoint Socks => tunnel.Proxies[0];

    private IPEndPoint SocksWithPassword => tunnel.Proxies[1];

    private IPEndPoint Http => tunnel.Proxies[2];

    private IPEndPoint HttpWithPassword => tunnel.Proxies[3];

    [PeerFact("curl")]
    public async Task Curl_reaches_a_site_that_only_the_bridge_can_reach()
    {
        var number = $"http://{Site}/number/7";
        Assert.Equal("number 7", await CurlAsync("--socks5-hostname", $"{Socks}", number));
        Assert.Equal("number 7", await CurlAsync("--socks4a", $"{Socks}", number));
        Assert.Equal("number 7", await CurlAsync("-x", $"http://{Http}", number));
        Assert.Equal("number 7", await CurlAsync("-p", "-x", $"http://{Http}", number));
        Assert.Equal("number 7", await CurlAsync("--socks5-hostname", $"{SocksWithPassword}", "--proxy-user", "ann:s3cret word", number));
        Assert.Equal("number 7", await CurlAsync("-x", $"http://{HttpWithPassword}", "--proxy-user", "ann:s3cret word", number));
        Assert.Equal("number 7", await CurlAsync("-p", "-x", $"http://{HttpWithPassword}", "--proxy-user", "ann:s3cret word", "--proxy-anyauth", number));

        // An address instead of a name, and a body in each direction.
        Assert.Equal("number 8", await CurlAsync("--socks5", $"{Socks}", $"http://{tunnel.Web.Address}/number/8"));
        Assert.Equal("number 8", await CurlAsync("--socks4", $"{Socks}", $"http://{tunnel.Web.Address}/number/8"));
        Assert.Equal("number 9number 10", await CurlAsync("-x", $"http://{Http}", $"http://{Site}/number/9", $"http://{tunnel.Web.Address}/number/10"));
        Assert.Equal("{\"a\":[1,2]}", await CurlAsync("-x", $"http://{Http}", "-H", "Content-Type: application/json", "-H", "Expect: 100-continue", "-d", "{\"a\":[1,2]}", $"http://{Site}/json"));
        Assert.Equal(
            "{\"a\":3}",
            await CurlAsync("-x", $"http://{Http}", "-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked", "-d", "{\"a\":3}", $"http://{Site}/json"));
    }

    [PeerFact("curl")]
    public async Task Wrong_passwords_and_missing_ones_get_nowhere()
    {
        var number = $"http://{Site}/number/7";
        Assert.NotEqual(0, (await TryCurlAsync("--socks5-hostname", $"{SocksWithPassword}", number)).ExitCode);
        Assert.NotEqual(0, (await TryCurlAsync("--socks5-hostname", $"{SocksWithPassword}", "--proxy-user", "ann:wrong", number)).ExitCode);
        Assert.NotEqual(0, (await TryCurlAsync("--socks4a", $"{SocksWithPassword}", number)).ExitCode);
        Assert.Equal("407", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-x", $"http://{HttpWithPassword}", number));
        Assert.Equal("407", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-x", $"http://{HttpWithPassword}", "--proxy-user", "ann:wrong", number));
    }

    [PeerFact("curl")]
    public async Task A_target_that_is_not_there_is_a_502()
    {
        Assert.Equal("502", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", "-x", $"http://{Http}", $"http://127.0.0.1:{FreePort.Next()}/"));
        Assert.Equal("400", await CurlAsync("-o", "/dev/null", "-w", "%{http_code}", $"http://{Http}/number/7"));
    }

    [Fact]
    public async Task Datagrams_reach_the_network_of_the_bridge_for_as_long_as_the_connection_stays()
    {
        var echo = Own(new UdpEcho());
        using var control = await Visitor.ConnectAsync(Socks);
        await control.SendAsync(new byte[] { 5, 1, 0 });
        Assert.Equal([5, 0], await ReadAsync(control, 2));
        await control.SendAsync(new byte[] { 5, 3, 0, 1, 0, 0, 0, 0, 0, 0 });
        var reply = await ReadAsync(control, 10);
        Assert.Equal([5, 0, 0, 1, 127, 0, 0, 1], reply[..8]);
        var relay = new IPEndPoint(IPAddress.Loopback, (reply[8] << 8) | reply[9]);

        // Two targets from one socket are two flows; each answer says where it is from.
        var other = Own(new UdpEcho());
        using var visitor = new UdpVisitor(relay);
        foreach (var target in new[] { echo.EndPoint, other.EndPoint })
        {
            byte[] packet = [0, 0, 0, 1, 127, 0, 0, 1, (byte)(target.Port >> 8), (byte)target.Port, .. Pattern.First(1200)];
            Assert.Equal(packet, await visitor.AskAsync(packet));
        }

        // Somebody else's datagrams, and fragments, go nowhere; and nobody's do once the connection has closed.
        using var stranger = new UdpVisitor(relay, IPAddress.Parse("127.0.0.2"));
        byte[] forged = [0, 0, 0, 1, 127, 0, 0, 1, (byte)(echo.EndPoint.Port >> 8), (byte)echo.EndPoint.Port, 1];
        await stranger.SendAsync(forged);
        await visitor.SendAsync((byte[])[0, 0, 1, .. forged[3..]]);
        byte[] last = [.. forged[..^1], 2];
        Assert.Equal(last, await visitor.AskAsync(last));
        control.Dispose();
        await Eventually.HoldsAsync(async () => !await AnswersAsync(relay, last), TimeSpan.FromSeconds(20), () => "the association outlives its connection");
    }

    [PeerTheory("chromium")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_browser_with_a_proxy_setting_shows_the_site(bool socks)
    {
        var browser = await Tool.RunAsync(
            Peer.Require("chromium"),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", $"--user-data-dir={Files.MakeDirectory("browser")}",
                $"--proxy-server={(socks ? $"socks5://{Socks}" : $"http://{Http}")}", "--dump-dom", $"http://{Site}/number/42",
            ]);
        Assert.Contains("number 42", browser.Text, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(Visitor visitor, int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var read = await visitor.Socket.ReceiveAsync(bytes.AsMemory(got)).AsTask().WaitAsync(ProgramProcess.DefaultPatience);
            Assert.NotEqual(0, read);
            got += read;
        }

        return bytes;
    }

    private static async Task<bool> AnswersAsync(IPEndPoint relay, byte[] datagram)
    {
        using var visitor = new UdpVisitor(relay);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        try
        {
            await visitor.SendAsync(datagram);
            await visitor.ReceiveAsync(limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        var result = await TryCurlAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Text;
    }

    private static Task<ToolResult> TryCurlAsync(params string[] arguments) =>
        Tool.RunAsync(Peer.Require("curl"), ["--silent", "--show-error", "--noproxy", "", "--max-time", "30", .. arguments]);
}
