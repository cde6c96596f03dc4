using System.IO.Pipelines;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Time;
using RelayRunner = Tunnel.Shared.Relay.Relay;

namespace Tunnel.Shared.Tests.Relay;

public sealed class RelayIdleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly DuplexPipePair _left = new();
    private readonly DuplexPipePair _right = new();

    private IDuplexPipe Left => _left.Near;

    private IDuplexPipe Right => _right.Near;

    [Fact]
    public async Task Without_limits_there_is_no_timer()
    {
        var relay = RunAsync(new RelayOptions());

        _clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal(0, _clock.ActiveTimers);
        Assert.False(relay.IsCompleted);
        Left.Output.Complete();
        Right.Output.Complete();
        Assert.Equal(RelayEnd.Completed, (await relay.WaitAsync(Wait.Bound)).End);
    }

    [Fact]
    public async Task Silence_ends_both_sides_at_the_limit()
    {
        var relay = RunAsync(new RelayOptions { ConnectionIdle = 300 * Second });
        _clock.Advance(299 * Second);
        Assert.False(relay.IsCompleted);

        _clock.Advance(Second);

        Assert.Equal(new RelayResult(0, 0, RelayEnd.Idle, Error: null), await relay.WaitAsync(Wait.Bound));
        var seen = await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
        Assert.Contains("300 s", seen.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Right.Input));
        Assert.Equal(0, _clock.ActiveTimers);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_moves_either_way_puts_the_end_off(bool leftToRight)
    {
        var relay = RunAsync(new RelayOptions { ConnectionIdle = 300 * Second });
        var (from, to) = leftToRight ? (Left, Right) : (Right, Left);
        for (var round = 0; round < 5; round++)
        {
            _clock.Advance(299 * Second);
            await from.Output.WriteAsync(new byte[1]);
            await Wait.ReadExactAsync(to.Input, 1);
            Assert.Equal(1, _clock.ActiveTimers);
        }

        Assert.False(relay.IsCompleted);
        await ExpireAsync(relay, 300 * Second);
        Assert.Equal(RelayEnd.Idle, (await relay).End);
    }

    [Fact]
    public async Task A_source_whose_sink_does_not_read_is_idle_too()
    {
        var relay = RunAsync(new RelayOptions { ConnectionIdle = 10 * Second });
        var writing = Left.Output.WriteAsync(new byte[1_000_000]).AsTask();
        await Right.Input.ReadAtLeastAsync(64 * 1024);

        await ExpireAsync(relay, 10 * Second);

        Assert.Equal(RelayEnd.Idle, (await relay).End);
        await Assert.ThrowsAsync<RelayAbortedException>(() => writing.WaitAsync(Wait.Bound));
    }

    [Fact]
    public async Task An_answer_may_pause_as_long_as_it_is_allowed_after_the_request()
    {
        var relay = RunAsync(new RelayOptions { DownlinkOnly = 5 * Second });
        _clock.Advance(3600 * Second);
        Assert.Equal(0, _clock.ActiveTimers);
        Left.Output.Complete();
        await Wait.UntilAsync(() => _clock.ActiveTimers == 1, "the request has ended");
        _clock.Advance(4 * Second);
        await Right.Output.WriteAsync("half"u8.ToArray());
        Assert.Equal("half"u8.ToArray(), await Wait.ReadExactAsync(Left.Input, 4));
        _clock.Advance(4 * Second);
        Assert.False(relay.IsCompleted);

        await ExpireAsync(relay, 5 * Second);

        // Half an answer must not look like a whole one.
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Left.Input));
        Assert.Empty(await Wait.ReadAllAsync(Right.Input));
        Assert.Equal(new RelayResult(0, 4, RelayEnd.Idle, Error: null), await relay);
    }

    [Fact]
    public async Task A_request_that_pauses_after_its_answer_costs_nothing_of_the_answer()
    {
        var relay = RunAsync(new RelayOptions { ConnectionIdle = 300 * Second, UplinkOnly = 2 * Second });
        await Right.Output.WriteAsync("answer"u8.ToArray());
        Right.Output.Complete();
        await ExpireAsync(relay, 2 * Second);

        Assert.Equal(RelayEnd.Idle, (await relay).End);
        Assert.Equal("answer"u8.ToArray(), await Wait.ReadAllAsync(Left.Input));
        await Assert.ThrowsAsync<RelayAbortedException>(() => Wait.ReadAllAsync(Right.Input));
    }

    [Fact]
    public async Task Over_sockets_the_answer_arrives_although_the_request_was_given_up()
    {
        var (visitor, inbound) = await SocketPair.CreateAsync();
        var (outbound, target) = await SocketPair.CreateAsync();
        await using var near = new SocketConnection(visitor);
        await using var far = new SocketConnection(target);
        await using (var left = new SocketConnection(inbound))
        await using (var right = new SocketConnection(outbound))
        {
            var relay = RelayRunner.RunAsync(left, right, new RelayOptions { UplinkOnly = Second, TimeProvider = _clock }, CancellationToken.None);
            await far.Output.WriteAsync("answer"u8.ToArray());
            far.Output.Complete();
            await Wait.UntilAsync(() => _clock.ActiveTimers == 1, "the answer has ended");
            await ExpireAsync(relay, Second);
        }

        Assert.Equal("answer"u8.ToArray(), await Wait.ReadAllAsync(near.Input));
        await Assert.ThrowsAnyAsync<IOException>(() => Wait.ReadAllAsync(far.Input));
        near.Output.Complete();
        near.Input.Complete();
        far.Input.Complete();
    }

    [Fact]
    public async Task The_limit_of_the_whole_connection_holds_for_its_half_as_well()
    {
        var relay = RunAsync(new RelayOptions { ConnectionIdle = 10 * Second, DownlinkOnly = 60 * Second });
        Left.Output.Complete();
        Assert.Empty(await Wait.ReadAllAsync(Right.Input));

        await ExpireAsync(relay, 10 * Second);

        Assert.Equal(RelayEnd.Idle, (await relay).End);
    }

    [Fact]
    public void A_policy_level_gives_the_limits_and_nothing_where_it_says_nothing()
    {
        var level = new PolicyLevelConfig { Level = 0, ConnectionIdle = 7 * Second, DownlinkOnly = Second };

        Assert.Equal(new RelayOptions { ConnectionIdle = 7 * Second, DownlinkOnly = Second }, RelayOptions.Of(level));
        Assert.Equal(RelayOptions.Default, RelayOptions.Of(new PolicyConfig().Of(3)));
    }

    /// <summary>Lets the limit pass; more than once where the relay was just about to note a move.</summary>
    private async Task ExpireAsync(Task relay, TimeSpan limit) => await Wait.UntilAsync(
        () =>
        {
            if (!relay.IsCompleted)
            {
                _clock.Advance(limit);
            }

            return relay.IsCompleted;
        },
        "the limit is over");

    private Task<RelayResult> RunAsync(RelayOptions options) =>
        RelayRunner.RunAsync(_left.Far, _right.Far, options with { TimeProvider = _clock }, CancellationToken.None);
}
