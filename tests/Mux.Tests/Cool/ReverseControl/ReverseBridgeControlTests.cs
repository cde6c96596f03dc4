using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Cool.ReverseControl;

/// <summary>A bridge as its portal sees it (V2Ray interoperability notes in docs/v2ray.md, sections 2.2 to 2.4).</summary>
public sealed class ReverseBridgeControlTests : IAsyncLifetime
{
    private static readonly byte[] Heartbeat = Convert.FromHexString("9a060109");
    private static readonly byte[] Drain = Convert.FromHexString("0801");

    private readonly ManualTimeProvider _clock = new();
    private readonly CoolRawPeer _portal;
    private ReverseBridgeControl _bridge = null!;

    public ReverseBridgeControlTests() => _portal = CoolRawPeer.Of(
        (connection, options) => (_bridge = ReverseBridgeControl.Start(connection, options)).Session, new CoolOptions { Time = _clock });

    [Theory]
    [InlineData(Network.Udp, "reverse.internal.v2ray.com", 0)]
    [InlineData(Network.Udp, "reverse.internal.v2fly.org", 0)]
    [InlineData(Network.Udp, "reverse.internal.example.com", 0)]
    [InlineData(Network.Udp, "reverse", 0)]
    [InlineData(Network.Tcp, "reverse", 443)]
    public async Task Heartbeats_are_kept_from_the_user_and_timed(Network network, string host, int port)
    {
        Assert.Null(_bridge.SinceHeartbeat);
        await _portal.SendAsync(Frames.New(1, new Destination(network, host, port)), Frames.Keep(1, Heartbeat), Frames.Keep(1, Heartbeat));
        await Condition.HoldsAsync(() => _bridge.SinceHeartbeat == TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _bridge.SinceHeartbeat);
        await _portal.SendAsync(Frames.Keep(1, Heartbeat));
        await Condition.HoldsAsync(() => _bridge.SinceHeartbeat == TimeSpan.Zero);

        var visitor = await _portal.OpenAsync(2);
        Assert.Equal(2, visitor.Id);
        Assert.Equal(1, _bridge.Session.StreamCount);
        await _portal.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_drain_is_told_and_streams_that_come_later_are_taken()
    {
        await _portal.SendAsync(
            Frames.New(1, new Destination(Network.Udp, "reverse", 0), Heartbeat), Frames.Keep(1, Heartbeat), Frames.Keep(1, Drain), Frames.End(1));
        await _bridge.Session.Draining.WaitAsync(Condition.Patience);
        await _portal.ExpectEndAsync(1);
        Assert.Null(_bridge.SinceHeartbeat);
        var late = await _portal.OpenAsync(9);
        _clock.Advance(TimeSpan.FromMinutes(10));
        await _portal.SendAsync(Frames.Keep(9, [1]), Frames.End(9));
        Assert.Equal([1], await late.Input.ReadAllAsync());
        await late.Output.CompleteAsync();
        await _portal.ExpectEndAsync(9);
        await _portal.Output.CompleteAsync();
        Assert.True((await _bridge.Session.Completion.WaitAsync(Condition.Patience)).IsOrderly);
    }

    [Fact]
    public async Task What_is_no_message_harms_nobody()
    {
        await _portal.SendAsync(
            Frames.New(1, new Destination(Network.Udp, "reverse", 0)), Frames.Keep(1, [0xFF, 0xFF]), Frames.Raw(1, 2, 1, data: []), Frames.Keep(1, Heartbeat));
        await Condition.HoldsAsync(() => _bridge.SinceHeartbeat is not null);
        Assert.False(_bridge.Session.Draining.IsCompleted);
        await _portal.OpenAsync(2);
    }

    [Fact]
    public async Task A_portal_whose_heartbeats_stop_is_dead()
    {
        await _portal.SendAsync(Frames.New(1, new Destination(Network.Udp, "reverse", 0), Heartbeat));
        await Condition.HoldsAsync(() => _bridge.SinceHeartbeat is not null && _clock.ActiveTimers > 0);
        var stream = await _portal.OpenAsync(2);
        _clock.Advance(TimeSpan.FromSeconds(29));
        await _portal.SendAsync(Frames.Keep(2, [1]));
        Assert.Equal([1], await stream.Input.ReadExactlyAsync(1));

        // Data is a sign of life too.
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_bridge.Session.Completion.IsCompleted);
        await Condition.HoldsAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _bridge.Session.Completion.IsCompleted;
        });
        await _portal.ExpectSessionEndAsync(MuxErrorCode.PeerSilent);
        await _bridge.Completion.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_portal_that_never_sent_a_heartbeat_may_be_silent()
    {
        await _portal.OpenAsync(1);
        await Condition.HoldsAsync(() => _clock.ActiveTimers > 0);
        _clock.Advance(TimeSpan.FromHours(1));
        await _portal.OpenAsync(2);
    }

    [Fact]
    public async Task A_portal_and_a_bridge_of_ours_understand_each_other()
    {
        var pool = new TrackingPool();
        var (left, right) = DuplexPipePair.Create(pool);
        var options = new CoolOptions { Pool = pool, Time = _clock };
        var portal = ReversePortalControl.Start(left, options, new ReversePortalOptions { ControlDomain = ControlDomains.Xray, DrainAfterStreams = 2 });
        var bridge = ReverseBridgeControl.Start(right, options);
        await Condition.HoldsAsync(() => bridge.SinceHeartbeat is not null);
        for (var i = 0; i < 2; i++)
        {
            var opened = portal.Session.TryOpen(new StreamMetadata(Frames.Target))!;
            var accepted = (await bridge.Session.AcceptAsync())!;
            Assert.Equal(opened.Id, accepted.Id);
            Assert.Equal(1, bridge.Session.StreamCount);
            await accepted.Output.CompleteAsync();
            Assert.Empty(await opened.Input.ReadAllAsync());
            await opened.Output.CompleteAsync();
            Assert.Empty(await accepted.Input.ReadAllAsync());
            await opened.Closed.WaitAsync(Condition.Patience);
            await accepted.Closed.WaitAsync(Condition.Patience);
        }

        await Condition.HoldsAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return portal.Session.Completion.IsCompleted;
        });
        Assert.True((await portal.Session.Completion).IsOrderly);
        await bridge.Session.Draining.WaitAsync(Condition.Patience);
        Assert.True((await bridge.Session.Completion.WaitAsync(Condition.Patience)).IsOrderly);
        await Task.WhenAll(portal.Completion, bridge.Completion).WaitAsync(Condition.Patience);
        await Condition.HoldsAsync(() => pool.Rented == 0);
        pool.AssertAllReturned();
    }

    [Fact]
    public void Options_are_checked()
    {
        var (left, _) = DuplexPipePair.Create();
        Assert.Throws<ArgumentException>(() => ReverseBridgeControl.Start(left, control: new ReverseBridgeOptions { HeartbeatTimeout = TimeSpan.Zero }));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _portal.DisposeAsync();
        await _bridge.Completion.WaitAsync(Condition.Patience);
    }
}
