using System.Net;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing;

namespace Tunnel.EndToEnd.Proxies;

/// <summary>A portal with four proxies, and a bridge that can resolve a name which nobody else can.</summary>
public sealed class ForwardProxyTunnel : TunnelFixture
{
    /// <summary>Resolves nowhere; at the bridge a redirect stands for the name server of its network.</summary>
    public const string Site = "intranet.invalid";

    private const string Domain = "home.example";

    private readonly string _key = TestKey.New();

    /// <summary>What <see cref="Site"/> is.</summary>
    public WebTarget Web { get; private set; } = null!;

    /// <summary>SOCKS, SOCKS with a password, HTTP, HTTP with a password.</summary>
    public IReadOnlyList<IPEndPoint> Proxies { get; private set; } = [];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        Web = await WebTarget.StartAsync();
        await StartAsync(PortalJson(), BridgeJson, sessions: 1);
        Proxies = [.. PublicAddresses().Select(IPEndPoint.Parse)];
        Assert.Equal(4, Proxies.Count);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Web.DisposeAsync();
    }

    private string PortalJson()
    {
        var accounts = new[] { new { user = "ann", pass = "s3cret word" } };
        return JsonSerializer.Serialize(new
        {
            reverse = new { portals = new[] { new { tag = "portal", domain = Domain } } },
            inbounds = new object[]
            {
                new { tag = "interconn", protocol = "tunnel", listen = "127.0.0.1", port = 0, settings = new { clients = new[] { new { key = _key } } } },
                new { tag = "visitors", protocol = "socks", listen = "127.0.0.1", port = 0, settings = new { udp = true } },
                new { tag = "visitors", protocol = "socks", listen = "127.0.0.1", port = 0, settings = new { auth = "password", accounts } },
                new { tag = "visitors", protocol = "http", listen = "127.0.0.1", port = 0, settings = new { } },
                new { tag = "visitors", protocol = "http", listen = "127.0.0.1", port = 0, settings = new { accounts } },
            },
            routing = new
            {
                rules = new object[] { new { type = "field", inboundTag = new[] { "interconn", "visitors" }, outboundTag = "portal" } },
            },
        });
    }

    private string BridgeJson(IPEndPoint interconnect) => JsonSerializer.Serialize(new
    {
        reverse = new { bridges = new[] { new { tag = "bridge", domain = Domain } } },
        outbounds = new object[]
        {
            new { tag = "direct", protocol = "freedom" },
            new { tag = "site", protocol = "freedom", settings = new { redirect = Web.Address } },
            new { tag = "interconn", protocol = "tunnel", settings = new { servers = new[] { new { address = "127.0.0.1", port = interconnect.Port, key = _key } } } },
        },
        routing = new
        {
            rules = new object[]
            {
                new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{Domain}" }, outboundTag = "interconn" },
                new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{Site}" }, outboundTag = "site" },
                new { type = "field", inboundTag = new[] { "bridge" }, outboundTag = "direct" },
            },
        },
    });
}
