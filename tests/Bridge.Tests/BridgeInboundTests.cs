using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Time;

namespace Tunnel.Bridge.Tests;

public sealed class BridgeInboundTests : IDisposable
{
    private static readonly ReverseBridgeConfig Config = new() { Tag = "bridge", Domain = "home.example" };

    private readonly RecordingLoggers _loggers = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Its_own_dial_goes_through_the_router_as_the_virtual_domains_port_0()
    {
        var asked = new List<ConnectionInfo>();
        var dialer = new FakeDialer(_clock);
        var dispatcher = new FakeDispatcher(info =>
        {
            lock (asked)
            {
                asked.Add(info);
            }

            return dialer;
        });
        await using var bridge = Create(dispatcher);
        await bridge.StartAsync(CancellationToken.None);
        Assert.Equal("home.example", (await dialer.NextAsync()).VirtualDomain);

        lock (asked)
        {
            Assert.Contains(new ConnectionInfo { InboundTag = "bridge", Destination = new Destination(Network.Tcp, "home.example", 0) }, asked);
        }
    }

    [Fact]
    public async Task A_stream_is_dispatched_with_its_tag_destination_and_source()
    {
        var dialer = new FakeDialer(_clock);
        var dispatcher = new FakeDispatcher(dialer);
        await using var bridge = Create(dispatcher);
        await bridge.StartAsync(CancellationToken.None);
        await using var pair = (await dialer.NextAsync()).Succeed();
        var metadata = new StreamMetadata(new Destination(Network.Tcp, "web.local", 8080), new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4711));

        var stream = pair.Portal.TryOpen(metadata)!;
        await stream.Output.WriteAsync("hello"u8.ToArray());
        var connection = await dispatcher.NextAsync();

        Assert.Equal(
            new ConnectionInfo { InboundTag = "bridge", Destination = metadata.Destination, Source = metadata.Source }, connection.Info);
        var read = await connection.Pipe.Input.ReadAtLeastAsync(5);
        Assert.True(read.Buffer.FirstSpan.SequenceEqual("hello"u8));
        connection.Pipe.Input.AdvanceTo(read.Buffer.End);
        connection.End();
        await stream.Output.CompleteAsync();
        await stream.Input.CompleteAsync();
    }

    [Fact]
    public async Task Each_portal_gets_a_session()
    {
        var dialer = new FakeDialer(_clock, portals: 2);
        await using var bridge = Create(new FakeDispatcher(dialer));
        await bridge.StartAsync(CancellationToken.None);

        var portals = new[] { (await dialer.NextAsync()).Portal, (await dialer.NextAsync()).Portal };
        Assert.Equal([0, 1], portals.Order());
        await _loggers.SeenAsync("serving home.example -> a fake interconnect through portal-0:7000, portal-1:7000");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rule_that_leads_to_no_interconnect_is_a_start_error_that_says_what_to_add(bool someOutbound)
    {
        await using var outbound = new FakeOutbound("direct");
        await using var bridge = Create(new FakeDispatcher(someOutbound ? outbound : null));

        var failure = await Assert.ThrowsAsync<InboundStartException>(() => bridge.StartAsync(CancellationToken.None));
        Assert.Contains("'bridge'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("tcp:home.example:0", failure.Message, StringComparison.Ordinal);
        Assert.Contains(someOutbound ? "fake direct" : "no outbound", failure.Message, StringComparison.Ordinal);
        Assert.Contains("\"inboundTag\": [\"bridge\"] and \"domain\": [\"full:home.example\"]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_waits_for_streams_and_then_aborts_them()
    {
        var dialer = new FakeDialer(_clock);
        var dispatcher = new FakeDispatcher(dialer);
        await using var bridge = Create(dispatcher);
        await bridge.StartAsync(CancellationToken.None);
        await using var pair = (await dialer.NextAsync()).Succeed();
        var stream = pair.Open();
        var connection = await dispatcher.NextAsync();

        using var patience = new CancellationTokenSource();
        var stopped = bridge.StopAsync(patience.Token);
        await pair.Portal.Draining;
        Assert.False(stopped.IsCompleted);
        Assert.False(connection.Aborted.IsCancellationRequested);

        await patience.CancelAsync();
        await Assert.ThrowsAsync<MuxStreamException>(async () => await connection.Pipe.Input.ReadAsync());
        connection.End();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        await stream.Output.CompleteAsync();
        await stream.Input.CompleteAsync();
    }

    [Fact]
    public async Task Another_interconnect_is_dialled_and_the_sessions_before_stay_until_it_has_one()
    {
        var (first, second, third) = (new FakeDialer(_clock), new FakeDialer(_clock), new FakeDialer(_clock));
        var routed = first;
        await using var bridge = Create(new FakeDispatcher(_ => routed));
        await bridge.StartAsync(CancellationToken.None);
        await using var before = (await first.NextAsync()).Succeed();
        await _loggers.SeenAsync("connected: home.example through portal-0:7000 (worker 1)");
        bridge.FollowRoutes();
        Assert.Equal(0, first.Waiting);

        // The next one never gets through, and the one after it takes its place; all the time the first session serves.
        routed = second;
        bridge.FollowRoutes();
        var futile = await second.NextAsync();
        routed = third;
        bridge.FollowRoutes();
        var dial = await third.NextAsync();
        Assert.False(before.Bridge.Draining.IsCompleted);
        Assert.True(before.Portal.CanOpen);

        await using var after = dial.Succeed();
        await Testing.Eventually.HoldsAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return before.Portal.Draining.IsCompleted;
            },
            TimeSpan.FromSeconds(20),
            () => "the session before does not end");
        Assert.False(after.Bridge.Draining.IsCompleted);
        await before.Bridge.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        futile.Fail();
    }

    [Fact]
    public async Task Rules_that_lead_to_no_interconnect_any_more_leave_the_bridge_as_it_is()
    {
        var dialer = new FakeDialer(_clock);
        IOutbound? routed = dialer;
        await using var bridge = Create(new FakeDispatcher(_ => routed));
        await bridge.StartAsync(CancellationToken.None);
        await using var pair = (await dialer.NextAsync()).Succeed();
        routed = null;
        Assert.Throws<InboundStartException>(bridge.FollowRoutes);
        Assert.False(pair.Bridge.Draining.IsCompleted);
    }

    [Fact]
    public async Task A_bridge_that_is_closed_dials_no_more_and_leaves_its_sessions_to_their_streams()
    {
        var dialer = new FakeDialer(_clock);
        await using var bridge = Create(new FakeDispatcher(dialer));
        await bridge.StartAsync(CancellationToken.None);
        await using var pair = (await dialer.NextAsync()).Succeed();
        await bridge.CloseAsync();
        Assert.False(pair.Bridge.Draining.IsCompleted);
        bridge.FollowRoutes();
        Assert.Equal(0, dialer.Waiting);
    }

    private BridgeInbound Create(FakeDispatcher dispatcher) => new(Config, dispatcher, TestContext.Create(_loggers, _clock));
}
