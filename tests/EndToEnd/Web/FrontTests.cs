using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Web;

/// <summary>The web front of a portal, before a web application behind a bridge.</summary>
public sealed class FrontTests(ITestOutputHelper output, FrontTunnel tunnel) : EndToEndTest(output), IClassFixture<FrontTunnel>
{
    private const int MaxMebibytes = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _key = TestKey.New();

    [Fact]
    public async Task A_route_replaces_its_path_by_the_targets_and_the_bridge_reaches_it()
    {
        using var client = Client(tunnel.Public);
        using var response = await client.GetAsync("/app/42?ignored=1");

        Assert.Equal("number 42", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_large_body_is_streamed_both_ways()
    {
        var sent = Encoding.ASCII.GetBytes(new string('x', MaxMebibytes * 1024 * 1024));

        using var client = Client(tunnel.Public);
        using var content = new ByteArrayContent(sent);
        content.Headers.Add("Content-Type", "text/plain");
        using var response = await client.PostAsync("/json", content);
        var received = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(sent)), Convert.ToHexString(SHA256.HashData(received)));
    }

    [Fact]
    public async Task A_web_socket_echoes()
    {
        using var timeout = new CancellationTokenSource(Limit);
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;

        await socket.ConnectAsync(new Uri($"ws://{tunnel.Public}/socket"), timeout.Token);
        var sent = Pattern.First(100_000);
        var sending = socket.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, timeout.Token);
        var received = new byte[sent.Length];
        for (var count = 0; count < received.Length;)
        {
            count += (await socket.ReceiveAsync(received.AsMemory(count), timeout.Token)).Count;
        }

        await sending;
        Assert.Equal(sent, received);
        await socket.CloseAsync((WebSocketCloseStatus)4001, "that was all", timeout.Token);
        Assert.Equal("that was all", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task Http_2_is_spoken_over_tls_with_the_certificate_of_the_name_and_a_new_one_when_its_file_changes()
    {
        var target = Own(await WebTarget.StartAsync());
        var (one, other) = (WriteCertificate("one.test"), WriteCertificate("other.test"));
        var settings = new { sites = new object[] { Site("one.test", "/number/1"), Site("other.test", "/number/2") } };
        var stream = new { security = "tls", tlsSettings = new { certificates = new[] { one, other } } };
        var front = await StartPortalAsync(settings, stream);
        await ConnectBridgeAsync(front, target.Address);

        var (answerOfOne, certificateOfOne) = await AskSecurelyAsync(front.Public, "one.test");
        var (answerOfOther, certificateOfOther) = await AskSecurelyAsync(front.Public, "other.test");

        Assert.Equal("number 1", answerOfOne);
        Assert.Equal("CN=one.test", certificateOfOne.Subject);
        Assert.Equal("number 2", answerOfOther);
        Assert.Equal("CN=other.test", certificateOfOther.Subject);

        WriteCertificate("other.test");
        await Eventually.HoldsAsync(
            async () => (await AskSecurelyAsync(front.Public, "other.test")).Certificate.SerialNumber != certificateOfOther.SerialNumber,
            Limit,
            () => "the certificate is still the old one");

        object Site(string host, string uri) => new { hosts = new[] { host }, routes = new[] { new { path = "= /", to = $"http://{target.Address}{uri}", via = "home" } } };
    }

    [Fact]
    public async Task Http_2_is_spoken_without_tls_by_those_who_know()
    {
        using var client = Client(tunnel.Public);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/number/7") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("number 7", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_target_that_is_down_is_named_as_the_hop_that_failed()
    {
        using var client = Client(tunnel.Public);
        using var response = await client.GetAsync("/down/");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("target-refused", response.Headers.GetValues("Tunnel-Error").Single());
        Assert.Contains("target-refused", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_bridge_visitors_are_told_to_come_again()
    {
        using var client = Client(tunnel.Public);
        using var response = await client.GetAsync("/nobody/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("no-bridge", response.Headers.GetValues("Tunnel-Error").Single());
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_request_that_reached_no_target_goes_to_the_next_one()
    {
        using var client = Client(tunnel.Public);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal($"number {i}", await client.GetStringAsync($"/next/{i}"));
        }
    }

    [Fact]
    public async Task Routes_change_without_a_pause_and_the_access_log_has_every_request()
    {
        var target = Own(await WebTarget.StartAsync());
        var log = Files.File("access.log");
        var front = await StartPortalAsync(Settings(1), stream: null);
        using var client = Client(front.Public);
        Assert.Equal("number 1", await client.GetStringAsync("/"));

        var file = Directory.GetFiles(Files.Path, "portal-*.json").Single();
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("/number/1", "/number/2", StringComparison.Ordinal));

        await Eventually.HoldsAsync(async () => await client.GetStringAsync("/") == "number 2", Limit, () => "the route is still the old one");
        await Eventually.HoldsAsync(
            () => File.ReadAllText(log).Contains("\"GET / HTTP/1.1\" 200 8 ", StringComparison.Ordinal), Limit, () => File.ReadAllText(log));

        object Settings(int number) => new
        {
            sites = new[] { new { routes = new[] { new { path = "= /", to = $"http://{target.Address}/number/{number}" } } } },
            accessLog = new { file = log },
        };
    }

    [Fact]
    public async Task A_portal_without_such_an_inbound_loads_nothing_of_it()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var portal = await StartPortalAsync(key: null);

        var maps = await File.ReadAllTextAsync($"/proc/{portal.Process.Id}/maps");

        Assert.DoesNotContain("AspNetCore.Server", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Yarp", maps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bridge_refuses_the_protocol()
    {
        var settings = new { sites = new[] { new { routes = new[] { new { path = "/", to = "http://127.0.0.1:80" } } } } };
        var file = WriteConfiguration("bridge", JsonSerializer.Serialize(new { inbounds = new[] { new { port = 0, protocol = "web", settings } } }));

        var result = await RunToEndAsync(ProgramFiles.Bridge, "check", "-c", file);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("protocol 'web' is run by the program 'portal'", result.ToString(), StringComparison.Ordinal);
    }

    private static HttpClient Client(IPEndPoint front) =>
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit, BaseAddress = new Uri($"http://{front}/") };

    private static async Task<(string Answer, X509Certificate2 Certificate)> AskSecurelyAsync(IPEndPoint front, string host)
    {
        X509Certificate2? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(front, token);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    seen = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
                    return seen.Subject.Length > 0;
                },
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{host}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request);
        return (await response.Content.ReadAsStringAsync(), seen!);
    }

    private async Task<PortalProgram> StartPortalAsync(object settings, object? stream)
    {
        var configuration = new
        {
            log = new { loglevel = "info" },
            inbounds = new object[]
            {
                new { tag = "front", listen = "127.0.0.1", port = 0, protocol = "web", settings, streamSettings = stream ?? new { } },
                new
                {
                    tag = "interconnect",
                    listen = "127.0.0.1",
                    port = 0,
                    protocol = "tunnel",
                    settings = new { clients = new[] { new { key = _key, domains = new[] { Domain } } } },
                },
            },
            reverse = new { portals = new[] { new { tag = "home", domain = Domain } } },
            routing = new { rules = new[] { new { type = "field", inboundTag = new[] { "interconnect" }, outboundTag = "home" } } },
        };
        var state = Files.MakeDirectory("front-state");
        var file = WriteConfiguration("portal", JsonSerializer.Serialize(configuration));
        return await ReadyAsync(Run("portal", ProgramFiles.Portal, ["run", "-c", file], state), Domain, _key, state);
    }

    private object WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // The key first: what is read in between fails, and is read again.
        return new
        {
            keyFile = Files.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()),
            certificateFile = Files.Write($"{name}.crt", certificate.ExportCertificatePem()),
        };
    }
}
