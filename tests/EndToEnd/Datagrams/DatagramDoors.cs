using System.Net;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Datagrams;

/// <summary>
/// A portal with a door for each service that the tests start, and one bridge, for all tests together. Each door takes TCP and
/// UDP on the same port, and names its service as the destination, where the bridge goes.
/// </summary>
public sealed class DatagramDoors : TunnelFixture
{
    private const string Domain = "home.example";

    // What a flow may be silent at the door that is for flows that end.
    private const int ShortTimeoutSeconds = 1;

    private readonly Dictionary<string, IPEndPoint> _doors = new(StringComparer.Ordinal);

    /// <summary>The ports of the services, by name; whoever starts one listens there for TCP and UDP.</summary>
    public IReadOnlyDictionary<string, int> Services { get; } =
        new[] { "dns", "iperf3", "http3" }.ToDictionary(name => name, _ => FreePort.Next(), StringComparer.Ordinal);

    /// <summary>Where visitors of a service connect: one of <see cref="Services"/>, or <c>echo</c> or <c>short</c>.</summary>
    public IPEndPoint this[string name] => _doors[name];

    private UdpEcho Echo { get; } = new();

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        var key = TestKey.New();
        string[] names = ["echo", "short", .. Services.Keys];
        object Door(string name) => new
        {
            tag = name,
            listen = "127.0.0.1",
            port = 0,
            protocol = "dokodemo-door",
            settings = new
            {
                address = "127.0.0.1",
                port = Services.TryGetValue(name, out var port) ? port : Echo.EndPoint.Port,
                network = "tcp,udp",
                timeout = name == "short" ? ShortTimeoutSeconds : 0,
            },
        };
        var portal = JsonSerializer.Serialize(new
        {
            log = new { loglevel = "debug" },
            reverse = new { portals = new[] { new { tag = "portal", domain = Domain } } },
            inbounds = (object[])
            [
                .. names.Select(Door),
                new
                {
                    tag = "interconnect",
                    listen = "127.0.0.1",
                    port = 0,
                    protocol = "tunnel",
                    settings = new { clients = new[] { new { key, domains = new[] { Domain } } } },
                    streamSettings = new { security = "tls" },
                },
            ],
            routing = new { rules = new[] { new { type = "field", inboundTag = names.Append("interconnect"), outboundTag = "portal" } } },
        });
        await StartAsync(portal, interconnect => BridgeJson(interconnect, key), sessions: 1);
        var served = PublicAddresses();
        Assert.Equal(2 * names.Length, served.Count);
        for (var i = 0; i < names.Length; i++)
        {
            // The same port for both.
            Assert.Equal("udp:" + served[2 * i], served[(2 * i) + 1]);
            _doors[names[i]] = IPEndPoint.Parse(served[2 * i]);
        }
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Echo.DisposeAsync();
    }

    private static string BridgeJson(IPEndPoint interconnect, string key) => JsonSerializer.Serialize(new
    {
        reverse = new { bridges = new[] { new { tag = "bridge", domain = Domain } } },
        outbounds = new object[]
        {
            new { tag = "out", protocol = "freedom" },
            new
            {
                tag = "interconnect",
                protocol = "tunnel",
                settings = new { servers = new[] { new { address = "127.0.0.1", port = interconnect.Port, key } } },
                streamSettings = new { security = "tls" },
            },
        },
        routing = new
        {
            rules = new object[]
            {
                new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{Domain}" }, outboundTag = "interconnect" },
                new { type = "field", inboundTag = new[] { "bridge" }, outboundTag = "out" },
            },
        },
    });
}
