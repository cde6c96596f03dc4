using System.Buffers;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Cool.ReverseControl;

/// <summary>A portal as its bridge sees it (V2Ray interoperability notes in docs/v2ray.md, section 2.4).</summary>
public sealed class ReversePortalControlTests : IAsyncLifetime
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider _clock = new();
    private readonly CoolRawPeer _bridge;
    private ReversePortalControl _portal = null!;

    public ReversePortalControlTests() => _bridge = CoolRawPeer.Of(
        (connection, options) => (_portal = ReversePortalControl.Start(connection, options, new ReversePortalOptions { DrainAfterStreams = 5 })).Session,
        new CoolOptions { Time = _clock });

    [Fact]
    public async Task The_control_stream_comes_first_and_takes_the_first_heartbeat_along()
    {
        var (frame, data) = await _bridge.ReadAsync();
        Assert.Equal(FrameStatus.New, frame.Status);
        Assert.Equal(1, frame.Id);
        Assert.Equal(new Destination(Network.Udp, "reverse.internal.v2ray.com", 0), frame.Destination);
        AssertMessage(ControlState.Active, data);
        Assert.Equal(0, _portal.Session.StreamCount);
        Assert.True(_portal.Session.CanOpen);
        Assert.Equal(2, (await _bridge.BeOpenedAsync()).Id);
        Assert.Equal(1, _portal.Session.StreamCount);
    }

    [Fact]
    public async Task A_heartbeat_comes_every_two_seconds()
    {
        await _bridge.ReadAsync();
        for (var i = 0; i < 50; i++)
        {
            await BeatAsync();
            await ExpectMessageAsync(ControlState.Active);
        }
    }

    [Fact]
    public async Task After_so_many_streams_the_portal_drains_once_and_the_connection_ends_with_its_last_stream()
    {
        await _bridge.ReadAsync();
        for (var i = 0; i < 4; i++)
        {
            (await _bridge.BeOpenedAsync()).Abort(MuxErrorCode.Cancel);
            Assert.Equal(FrameStatus.End, (await _bridge.ReadAsync()).Frame.Status);
        }

        await BeatAsync();
        await ExpectMessageAsync(ControlState.Active);
        Assert.True(_portal.Session.CanOpen);

        // One more than the limit, the control stream counted.
        var last = await _bridge.BeOpenedAsync();
        await BeatAsync();
        await ExpectMessageAsync(ControlState.Drain);
        await _bridge.ExpectEndAsync(1);
        Assert.False(_portal.Session.CanOpen);
        Assert.Null(_portal.Session.TryOpen(new StreamMetadata(Frames.Target)));
        Assert.True(_portal.Session.Draining.IsCompletedSuccessfully);

        // A V2Ray bridge does not end the control stream; nobody waits for it.
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _bridge.SendAsync(Frames.Keep(6, [1]), Frames.End(6));
        Assert.Equal([1], await last.Input.ReadAllAsync());
        await last.Output.CompleteAsync();
        await _bridge.ExpectEndAsync(6);
        await _bridge.ExpectCloseAsync();
        Assert.True((await _portal.Session.Completion.WaitAsync(Condition.Patience)).IsOrderly);
        await _portal.Completion.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task A_drain_of_the_program_is_told_to_the_bridge_before_the_connection_closes()
    {
        await _bridge.ReadAsync();
        await _portal.Session.DrainAsync(CancellationToken.None).WaitAsync(Condition.Patience);
        await ExpectMessageAsync(ControlState.Drain);
        await _bridge.ExpectEndAsync(1);
        await _bridge.ExpectCloseAsync();
    }

    [Fact]
    public async Task A_bridge_that_does_not_know_the_name_is_not_beaten_on()
    {
        await _bridge.ReadAsync();
        var visitor = await _bridge.BeOpenedAsync();

        // What its network answers is dropped, and when it has forgotten the stream nothing more is sent there.
        await _bridge.SendAsync(Frames.Keep(1, new byte[100]), Frames.End(1), Frames.End(1));
        await _bridge.ExpectEndAsync(1);
        for (var i = 0; i < 3; i++)
        {
            await BeatAsync();
        }

        await _bridge.ExpectNothingAsync();
        await visitor.Output.WriteAsync(new byte[] { 1 });
        await _bridge.ExpectDataAsync(2, 1);
        for (var i = 0; i < 4; i++)
        {
            await _bridge.BeOpenedAsync();
        }

        // It drains all the same.
        await BeatAsync();
        await _portal.Session.Draining.WaitAsync(Condition.Patience);
    }

    [Fact]
    public async Task The_loss_of_the_connection_ends_it()
    {
        await _bridge.Output.CompleteAsync();
        await _portal.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(MuxErrorCode.SessionLost, (await _portal.Session.Completion).Code);
    }

    [Fact]
    public void Options_are_checked()
    {
        var (left, _) = Testing.Pipes.DuplexPipePair.Create();
        Assert.Throws<ArgumentException>(() => ReversePortalControl.Start(left, control: new ReversePortalOptions { ControlDomain = "" }));
        Assert.Throws<ArgumentException>(() => ReversePortalControl.Start(left, control: new ReversePortalOptions { HeartbeatInterval = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => ReversePortalControl.Start(left, control: new ReversePortalOptions { DrainAfterStreams = 0 }));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _portal.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(0, _bridge.Pool.Rented);
    }

    private async Task BeatAsync()
    {
        // The loop may not have begun to wait for the beat yet; a timer that fires meanwhile is not lost.
        await Condition.HoldsAsync(() => _clock.ActiveTimers > 0);
        _clock.Advance(Beat);
    }

    private async Task ExpectMessageAsync(ControlState state)
    {
        var (frame, data) = await _bridge.ReadAsync();
        Assert.Equal(1, frame.Id);
        Assert.Equal(FrameStatus.Keep, frame.Status);
        AssertMessage(state, data);
    }

    private static void AssertMessage(ControlState state, byte[] data)
    {
        Assert.InRange(data.Length, 1, ControlMessage.MaxSize);
        Assert.Equal(state, ControlMessage.Read(new ReadOnlySequence<byte>(data)));
    }
}
