using System.Net;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Web;

/// <summary>A web front with a route for each thing that tests ask of it, and a bridge to a web application and to nothing.</summary>
public sealed class FrontTunnel : TunnelFixture
{
    private const string Home = "home.example";
    private const string Down = "down.example";
    private const string Nobody = "nobody.example";

    private readonly string _key = TestKey.New();
    private readonly string _dead = $"127.0.0.1:{FreePort.Next()}";

    /// <summary>Where visitors ask. <c>/</c> and <c>/app/</c> lead to the application, <c>/next/</c> to it when nothing listens where they go first.</summary>
    /// <remarks>Behind <c>/down/</c> there is a bridge without a target, behind <c>/nobody/</c> no bridge.</remarks>
    public IPEndPoint Public { get; private set; } = null!;

    private WebTarget Target { get; set; } = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        Target = await WebTarget.StartAsync();
        await StartAsync(PortalJson(), BridgeJson, sessions: 2);
        Public = IPEndPoint.Parse(PublicAddresses().Single());
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Target.DisposeAsync();
    }

    private string PortalJson()
    {
        var routes = new object[]
        {
            new { path = "/", to = $"http://{Target.Address}", via = "home" },
            new { path = "/app/", to = $"http://{Target.Address}/number/", via = "home" },
            new { path = "/next/", to = new[] { $"http://{_dead}/number/", $"http://{Target.Address}/number/" }, maxFails = 0 },
            new { path = "/down/", to = $"http://{_dead}/", via = "down" },
            new { path = "/nobody/", to = $"http://{_dead}/", via = "nobody" },
        };
        return JsonSerializer.Serialize(new
        {
            inbounds = new object[]
            {
                new { tag = "front", listen = "127.0.0.1", port = 0, protocol = "web", settings = new { sites = new[] { new { routes } } } },
                new { tag = "interconnect", listen = "127.0.0.1", port = 0, protocol = "tunnel", settings = new { clients = new[] { new { key = _key } } } },
            },
            reverse = new
            {
                portals = new object[]
                {
                    new { tag = "home", domain = Home },
                    new { tag = "down", domain = Down },
                    new { tag = "nobody", domain = Nobody, parking = new { time = "1s" } },
                },
            },
            routing = new
            {
                rules = new[] { ("home", Home), ("down", Down), ("nobody", Nobody) }
                    .Select(static portal => new { type = "field", inboundTag = "interconnect", domain = new[] { $"full:{portal.Item2}" }, outboundTag = portal.Item1 }),
            },
        });
    }

    private string BridgeJson(EndPoint interconnect) => JsonSerializer.Serialize(new
    {
        reverse = new
        {
            bridges = new[] { (Domain: Home, To: Target.Address), (Domain: Down, To: _dead) }
                .Select(bridge => new { domain = bridge.Domain, dial = $"tunnel://{_key}@{interconnect}", to = bridge.To }),
        },
    });
}
