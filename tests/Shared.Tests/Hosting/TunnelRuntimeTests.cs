using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;

namespace Tunnel.Shared.Tests.Hosting;

public sealed class TunnelRuntimeTests : IDisposable
{
    private const long Mebibyte = 1024 * 1024;

    private readonly RecordingLoggers _loggers = new();
    private readonly List<string> _log = [];
    private readonly FakeReverse _reverse;

    public TunnelRuntimeTests() => _reverse = new FakeReverse(_log);

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Parts_start_in_order_stop_together_and_are_disposed_once()
    {
        await using var runtime = Build(new TunnelConfig { Reverse = new ReverseConfig { Bridges = [Bridge("a"), Bridge("b")], Portals = [Portal("p")] } });
        await runtime.StartAsync(CancellationToken.None);
        Assert.Equal(["start a", "start b"], _log);
        Assert.Equal(["a", "b"], runtime.Inbounds.Select(inbound => inbound.Tag));

        await runtime.StopAsync(CancellationToken.None);
        await runtime.DisposeAsync();
        Assert.Equal(["start a", "start b", "stop a", "stop b", "dispose a", "dispose b"], _log);
        Assert.Equal(1, Assert.Single(_reverse.Portals).Disposals);
    }

    [Fact]
    public async Task All_start_failures_are_reported_together_and_everything_is_stopped_again()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var runtime = Build(new TunnelConfig
        {
            Inbounds = [Door(port), Door(0)],
            Reverse = new ReverseConfig { Bridges = [Bridge("bad", FakeReverse.Fails), Bridge("good")], Portals = [Portal("p")] },
        });

        var failure = await Assert.ThrowsAsync<InboundStartException>(() => runtime.StartAsync(CancellationToken.None));

        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("bad cannot start", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["start bad", "start good", "stop bad", "stop good", "dispose bad", "dispose good"], _log);
        Assert.Equal(1, Assert.Single(_reverse.Portals).Disposals);

        // The door that had opened is closed again.
        var serving = Assert.Single(_loggers.With("serving 127.0.0.1:")).Message;
        var opened = IPEndPoint.Parse(serving["serving ".Length..serving.IndexOf(" ->", StringComparison.Ordinal)]);
        using var visitor = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(async () => await visitor.ConnectAsync(opened));
    }

    [Theory]
    [InlineData(true, "direct")]
    [InlineData(false, "p")]
    public async Task A_portal_is_the_default_only_where_there_is_no_other_outbound(bool other, string expected)
    {
        await using var runtime = Build(new TunnelConfig
        {
            Outbounds = other ? [new OutboundConfig { Tag = "direct", Protocol = "freedom", Settings = new FreedomSettings() }] : [],
            Reverse = new ReverseConfig { Bridges = [Bridge("b")], Portals = [Portal("p")] },
        });
        var info = new ConnectionInfo { InboundTag = "b", Destination = new Destination(Network.Tcp, "web", 80) };
        Assert.Equal(expected, _reverse.Dispatcher!.Route(info)?.Tag);
    }

    [Theory]
    [InlineData(0, 16 * Mebibyte, 0, true)]
    [InlineData(Mebibyte, 16 * Mebibyte, 0, false)]
    [InlineData(0, (16 * Mebibyte) - 1, 0, false)]
    [InlineData(0, 0, 4 * Mebibyte, true)]
    [InlineData(Mebibyte, 0, 4 * Mebibyte, false)]
    [InlineData(0, 0, (4 * Mebibyte) - 1, false)]
    public void Memory_is_given_back_when_it_is_quiet_and_worth_it(long inInterval, long sinceTrim, long gained, bool expected) =>
        Assert.Equal(expected, MemoryTrimmer.ShouldTrim(inInterval, sinceTrim, gained));

    private static ReverseBridgeConfig Bridge(string tag, string domain = "home.example") => new() { Tag = tag, Domain = domain };

    private static ReversePortalConfig Portal(string tag) => new() { Tag = tag, Domain = "home.example" };

    private static InboundConfig Door(int port) => new()
    {
        Protocol = "dokodemo-door",
        Listen = new ListenAddress(IPAddress.Loopback),
        Ports = [new PortRange(port)],
        Settings = new DokodemoDoorSettings { Address = "web", Port = 80 },
    };

    private TunnelRuntime Build(TunnelConfig config) => TunnelRuntime.Build(config, _reverse, TestContext.Create(_loggers));
}
