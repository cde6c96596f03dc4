using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Socks;
using Tunnel.Shared.Inbounds.VMess;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Tests.Hosting;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Reloading;

/// <summary>What a running configuration does when another one takes its place.</summary>
public sealed class RuntimeReloadTests : IAsyncDisposable
{
    private static readonly TunnelConfig Start = new()
    {
        Outbounds = [Freedom("a"), Freedom("b")],
        Reverse = new ReverseConfig { Bridges = [Bridge("one"), Bridge("two")], Portals = [Portal("p", "home.example"), Portal("q", "far.example")] },
        Routing = new RoutingConfig { Rules = [To("a")] },
    };

    private readonly RecordingLoggers _loggers = new();
    private readonly List<string> _log = [];
    private readonly FakeReverse _reverse;
    private readonly List<LogConfig> _logs = [];
    private readonly RuntimeContext _context;
    private TunnelRuntime _runtime;

    public RuntimeReloadTests()
    {
        _reverse = new FakeReverse(_log);
        _context = TestContext.Create(_loggers) with { ChangeLog = _logs.Add };
        _runtime = TunnelRuntime.Build(Start, _reverse, _context);
    }

    public async ValueTask DisposeAsync()
    {
        await _runtime.DisposeAsync();
        _loggers.Dispose();
    }

    [Fact]
    public async Task The_same_configuration_changes_nothing()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var (inbounds, outbounds) = (_runtime.Inbounds, _runtime.Outbounds);
        var result = await _runtime.ReloadAsync(Start with { Outbounds = [Freedom("a"), Freedom("b")] });
        Assert.Equal("nothing has changed", result.ToString());
        Assert.Equal(inbounds, _runtime.Inbounds);
        Assert.Equal(outbounds, _runtime.Outbounds);
        Assert.Equal(["start one", "start two"], _log);
    }

    [Fact]
    public async Task What_is_unchanged_stays_the_very_same_object()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var (inbounds, outbounds) = (_runtime.Inbounds, _runtime.Outbounds);
        var result = await _runtime.ReloadAsync(Start with
        {
            Outbounds = [Freedom("a"), Freedom("b", "10.0.0.1:80"), Freedom("c")],
            Reverse = Start.Reverse with { Bridges = [Bridge("two"), Bridge("three")], Portals = [Portal("p", "home.example")] },
        });

        Assert.Equal("added bridge three, outbound c; changed outbound b; removed bridge one, portal q; unchanged 3", result.ToString());
        Assert.Equal(["two", "three"], _runtime.Inbounds.Select(static inbound => inbound.Tag));
        Assert.Same(inbounds[1], _runtime.Inbounds[0]);
        Assert.Equal(["a", "b", "c", "p"], _runtime.Outbounds.Select(static outbound => outbound.Tag));
        Assert.Same(outbounds[0], _runtime.Outbounds[0]);
        Assert.NotSame(outbounds[1], _runtime.Outbounds[1]);
        Assert.Same(outbounds[2], _runtime.Outbounds[3]);

        // What goes is closed before anything is started, so that an address can pass from one to the other.
        await Testing.Eventually.HoldsAsync(() => Log().Contains("dispose one"), TimeSpan.FromSeconds(10), () => string.Join(", ", Log()));
        Assert.Equal(["start one", "start two", "close one", "start three"], Log().Except(["stop one", "dispose one"]));
    }

    [Fact]
    public async Task The_router_changes_at_once()
    {
        await _runtime.StartAsync(CancellationToken.None);
        Assert.Equal("a", Route());
        await _runtime.ReloadAsync(Start with { Routing = new RoutingConfig { Rules = [To("b")] } });
        Assert.Equal("b", Route());
        await _runtime.ReloadAsync(Start with { Outbounds = [Freedom("b"), Freedom("a")], Routing = new RoutingConfig() });
        Assert.Equal("b", Route());
    }

    [Fact]
    public async Task A_portal_with_another_name_keeps_the_bridges_of_its_domain_and_one_that_is_gone_lets_them_go()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var portals = _reverse.Portals.ToList();
        await _runtime.ReloadAsync(Start with { Reverse = Start.Reverse with { Portals = [Portal("renamed", "home.example")] } });
        await Testing.Eventually.HoldsAsync(() => portals[1].Disposals == 1, TimeSpan.FromSeconds(10), () => "q is still there");
        Assert.Equal(0, portals[0].Disposals);
    }

    [Fact]
    public async Task A_failure_to_start_is_told_the_rest_is_in_force_and_the_next_reload_tries_again()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var config = Start with { Reverse = Start.Reverse with { Bridges = [Bridge("one"), Bridge("bad", FakeReverse.Fails), Bridge("two")] }, Outbounds = [Freedom("a")] };
        foreach (var _ in new[] { 1, 2 })
        {
            var result = await _runtime.ReloadAsync(config);
            Assert.Equal(["bridge bad is not running: bad cannot start"], result.Failures.ToArray());
            Assert.Contains("bridge bad", result.Added);
            Assert.Equal(["one", "two"], _runtime.Inbounds.Select(static inbound => inbound.Tag));
            Assert.Equal(["a", "p", "q"], _runtime.Outbounds.Select(static outbound => outbound.Tag));
        }
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_refuses_all()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var tls = new TlsConfig { Certificates = [new CertificateConfig { CertificateLines = ["no"], KeyLines = ["no"] }] };
        var inbound = new InboundConfig
        {
            Tag = "tls",
            Protocol = "vmess",
            Ports = [new PortRange(0)],
            Settings = new VMessInboundSettings(),
            Stream = new StreamConfig { Security = StreamSecurity.Tls, Tls = tls },
        };
        var result = await _runtime.ReloadAsync(Start with { Inbounds = [inbound], Outbounds = [Freedom("c")] });
        Assert.StartsWith("inbound tls: Cannot use the certificate", Assert.Single(result.Refusals), StringComparison.Ordinal);
        Assert.Equal(["a", "b", "p", "q"], _runtime.Outbounds.Select(static outbound => outbound.Tag));
        Assert.Equal("a", Route());
    }

    [Fact]
    public async Task The_log_changes_and_one_that_cannot_be_opened_refuses_all()
    {
        await _runtime.StartAsync(CancellationToken.None);
        var log = new LogConfig { Error = "/somewhere/else" };
        await _runtime.ReloadAsync(Start with { Log = log });
        Assert.Equal([log], _logs);

        _runtime = TunnelRuntime.Build(Start, _reverse, _context with { ChangeLog = static _ => throw new IOException("no room") });
        await _runtime.StartAsync(CancellationToken.None);
        var result = await _runtime.ReloadAsync(Start with { Log = log, Outbounds = [] });
        Assert.Equal(["cannot open a log file that \"log\" names: no room"], result.Refusals.ToArray());
        Assert.Equal(4, _runtime.Outbounds.Count);
    }

    [Fact]
    public async Task A_program_that_stops_does_not_reload()
    {
        await _runtime.StartAsync(CancellationToken.None);
        await _runtime.StopAsync(CancellationToken.None);
        Assert.Equal(["the program is stopping"], (await _runtime.ReloadAsync(Start with { Outbounds = [] })).Refusals.ToArray());
    }

    [Fact]
    public async Task Accounts_change_under_a_listener_that_stays()
    {
        var port = FreePort.Next();
        _runtime = TunnelRuntime.Build(Start with { Inbounds = [Socks(port)] }, _reverse, _context);
        await _runtime.StartAsync(CancellationToken.None);
        var before = _runtime.Inbounds[0];
        var result = await _runtime.ReloadAsync(Start with { Inbounds = [Socks(port, "ann")] });
        Assert.Equal("changed inbound proxy; unchanged 6", result.ToString());
        Assert.Same(before, _runtime.Inbounds[0]);

        // What is more than accounts needs a new one, also where it had changed its accounts before.
        await _runtime.ReloadAsync(Start with { Inbounds = [Socks(port, "ann") with { Sniffing = new SniffingConfig { Enabled = true } }] });
        Assert.NotSame(before, _runtime.Inbounds[0]);

        static InboundConfig Socks(int port, params string[] users) => new()
        {
            Tag = "proxy",
            Protocol = "socks",
            Listen = new ListenAddress(IPAddress.Loopback),
            Ports = [new PortRange(port)],
            Settings = new SocksInboundSettings
            {
                Accounts = [.. users.Select(static user => new ProxyUser { Name = user, Password = new ProxyPassword("secret") })],
            },
        };
    }

    [Fact]
    public void The_policy_follows_for_connections_to_come()
    {
        var context = TestContext.Create(_loggers) with { Policy = new PolicyConfig() };
        var copy = context with { StateDirectory = "/elsewhere" };
        context.ChangePolicy(new PolicyConfig { Levels = [new PolicyLevelConfig { Level = 0, ConnectionIdle = TimeSpan.FromSeconds(7) }] });
        Assert.Equal(TimeSpan.FromSeconds(7), copy.Policy.Of(0).ConnectionIdle);
    }

    private static OutboundConfig Freedom(string tag, string? redirect = null)
    {
        RedirectTarget? target = null;
        Assert.True(redirect is null || RedirectTarget.TryParse(redirect, out target));
        return new OutboundConfig { Tag = tag, Protocol = "freedom", Settings = new FreedomSettings { Redirect = target } };
    }

    private static ReverseBridgeConfig Bridge(string tag, string domain = "home.example") => new() { Tag = tag, Domain = domain };

    private static ReversePortalConfig Portal(string tag, string domain) => new() { Tag = tag, Domain = domain };

    private static RuleConfig To(string tag) => new() { Networks = [Network.Tcp], OutboundTag = tag };

    private List<string> Log()
    {
        lock (_log)
        {
            return [.. _log];
        }
    }

    private string? Route() => _reverse.Dispatcher!.Route(new ConnectionInfo { InboundTag = "x", Destination = new Destination(Network.Tcp, "web", 80) })?.Tag;
}
