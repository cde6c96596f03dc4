using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Addresses;

/// <summary>A pair with every kind of address on the visitors' side and on the target's; the destination's port says which target.</summary>
public sealed class AddressTunnel : TunnelFixture
{
    private const string Domain = "addresses.example";
    private const int UnixPort = 1;
    private const int IPv6Port = 2;
    private const int ResetPort = 3;
    private const int PortsInRange = 3;

    private readonly string _key = TestKey.New();
    private readonly int _first = FreePort.NextRange(PortsInRange);
    private readonly List<TcpTarget> _targets = [];

    /// <summary>Echoes, on a unix socket.</summary>
    public TcpTarget UnixTarget { get; private set; } = null!;

    /// <summary>Echoes, on <c>[::1]</c>.</summary>
    public TcpTarget IPv6Target { get; private set; } = null!;

    /// <summary>A unix socket in the file system, before <see cref="UnixTarget"/>.</summary>
    public EndPoint UnixFile => new UnixDomainSocketEndPoint(Files.File("public.sock"));

    /// <summary>Linux's other kind of unix socket, before <see cref="IPv6Target"/>.</summary>
    public EndPoint UnixAbstract => new UnixDomainSocketEndPoint("\0" + AbstractName);

    /// <summary>A range of ports, before <see cref="IPv6Target"/>.</summary>
    public IEnumerable<IPEndPoint> Range => Enumerable.Range(_first, PortsInRange).Select(port => new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A port on <c>[::1]</c>, before <see cref="UnixTarget"/>.</summary>
    public IPEndPoint IPv6 { get; } = new(IPAddress.IPv6Loopback, FreePort.Next());

    /// <summary>Before a target that answers one byte and then resets the connection.</summary>
    public IPEndPoint Resetting { get; } = new(IPAddress.Loopback, FreePort.Next());

    private string AbstractName => $"tunnel-test-{Path.GetFileName(Files.Path)}";

    /// <inheritdoc/>
    public override Task InitializeAsync()
    {
        UnixTarget = Own(TcpTargets.Echo(new UnixDomainSocketEndPoint(Files.File("target.sock"))));
        IPv6Target = Own(TcpTargets.Echo(new IPEndPoint(IPAddress.IPv6Loopback, 0)));
        var resetting = Own(new TcpTarget(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[1], cancellation);
            await socket.SendAsync("x"u8.ToArray(), cancellation);
            await socket.ReceiveAsync(new byte[1], cancellation);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }));
        return StartAsync(PortalJson(), interconnect => BridgeJson(interconnect, resetting), sessions: 1);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var target in _targets)
        {
            await target.DisposeAsync();
        }
    }

    private static object Door(string listen, object? port, int destinationPort) => new
    {
        tag = "visitors",
        listen,
        port,
        protocol = "dokodemo-door",
        settings = new { address = "127.0.0.1", port = destinationPort },
    };

    private TcpTarget Own(TcpTarget target)
    {
        _targets.Add(target);
        return target;
    }

    private string PortalJson() => JsonSerializer.Serialize(new
    {
        log = new { loglevel = "info" },
        reverse = new { portals = new[] { new { tag = "portal", domain = Domain } } },
        inbounds = new[]
        {
            Door(UnixFile.ToString()!, port: null, UnixPort),
            Door($"@{AbstractName}", port: null, IPv6Port),
            Door("127.0.0.1", $"{_first}-{_first + PortsInRange - 1}", IPv6Port),
            Door("::1", IPv6.Port, UnixPort),
            Door("127.0.0.1", Resetting.Port, ResetPort),
            new { tag = "interconnect", listen = "127.0.0.1", port = 0, protocol = "tunnel", settings = new { clients = new[] { new { key = _key } } } },
        },
        routing = new
        {
            rules = new[] { new { type = "field", inboundTag = new[] { "visitors", "interconnect" }, outboundTag = "portal" } },
        },
    });

    private string BridgeJson(IPEndPoint interconnect, TcpTarget resetting)
    {
        object Out(string tag, TcpTarget target) => new { tag, protocol = "freedom", settings = new { redirect = target.Address } };
        object Rule(int port, string tag) => new { type = "field", inboundTag = new[] { "bridge" }, port, outboundTag = tag };
        return JsonSerializer.Serialize(new
        {
            log = new { loglevel = "info" },
            reverse = new { bridges = new[] { new { tag = "bridge", domain = Domain } } },
            outbounds = new[]
            {
                new { tag = "dial", protocol = "tunnel", settings = new { servers = new[] { new { address = "127.0.0.1", port = interconnect.Port, key = _key } } } },
                Out("unix", UnixTarget),
                Out("ipv6", IPv6Target),
                Out("reset", resetting),
            },
            routing = new
            {
                rules = new[]
                {
                    new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{Domain}" }, outboundTag = "dial" },
                    Rule(UnixPort, "unix"),
                    Rule(IPv6Port, "ipv6"),
                    Rule(ResetPort, "reset"),
                },
            },
        });
    }
}
