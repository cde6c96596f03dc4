using System.Diagnostics;
using System.Net.Sockets;
using Tunnel.Testing;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Faults;

/// <summary>The relay's faults are what they are called, so that in the other tests only the programs can be at fault.</summary>
public sealed class FaultRelayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Bytes_and_ends_pass_as_they_are()
    {
        await using var source = TcpTargets.Source(3_000_000);
        await using var sink = TcpTargets.Sink();
        await using var down = new FaultRelay(source.EndPoint);
        await using var up = new FaultRelay(sink.EndPoint) { Delay = TimeSpan.FromMilliseconds(5), BytesPerSecond = 100_000_000 };
        using var visitor = await Visitor.ConnectAsync(down.EndPoint);
        await visitor.ReadPatternAsync(0, 3_000_000);
        Assert.Empty(await visitor.ReadToEndAsync());

        Assert.StartsWith("3 ", await Visitor.AskAsync(up.EndPoint, "abc"), StringComparison.Ordinal);
        visitor.Dispose();
        await Eventually.HoldsAsync(() => down.Open + up.Open == 0, Limit, () => "connections are left in the relays");
    }

    [Fact]
    public async Task A_reset_is_a_reset_and_an_end_is_an_end()
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint);
        using var reset = await EchoedAsync(relay);
        Assert.Equal(1, relay.Cut(RelayCut.Reset));
        var failure = await Assert.ThrowsAsync<SocketException>(() => reset.ReadToEndAsync());
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);

        using var ended = await EchoedAsync(relay);
        relay.Cut(RelayCut.Finish);
        Assert.Empty(await ended.ReadToEndAsync());
        ended.Dispose();
        await Eventually.HoldsAsync(() => echo.Open == 0, Limit, () => "the target was not told");
    }

    [Theory]
    [InlineData(FaultDirection.Up, false)]
    [InlineData(FaultDirection.Down, true)]
    [InlineData(FaultDirection.Both, false)]
    public async Task A_blackhole_takes_everything_and_gives_it_back(FaultDirection direction, bool targetHears)
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint);
        using var visitor = await EchoedAsync(relay);
        relay.Blackhole = direction;
        using var second = await Visitor.ConnectAsync(relay.EndPoint);
        await Eventually.HoldsAsync(() => echo.Accepted == 2, Limit, () => "a new connection was not accepted");
        await visitor.SendAsync("a"u8.ToArray());
        await second.SendAsync("b"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => visitor.ReadExactlyAsync(new byte[1], Silence));
        Assert.Equal(direction, relay.Blackhole);
        if (!targetHears)
        {
            // Not even an end passes.
            second.Socket.Shutdown(SocketShutdown.Send);
        }

        relay.Blackhole = FaultDirection.None;
        var answer = new byte[1];
        await visitor.ReadExactlyAsync(answer);
        Assert.Equal("a"u8.ToArray(), answer);
        await second.ReadExactlyAsync(answer);
        Assert.Equal("b"u8.ToArray(), answer);
    }

    [Fact]
    public async Task Forgotten_connections_are_silent_and_new_ones_are_carried()
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint);
        using var forgotten = await EchoedAsync(relay);
        Assert.Equal(1, relay.Cut(RelayCut.Forget));
        await forgotten.SendAsync("a"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forgotten.ReadExactlyAsync(new byte[1], Silence));
        using var carried = await EchoedAsync(relay);

        Assert.Equal(2, echo.Open);
    }

    [Fact]
    public async Task A_half_open_connection_is_open_to_the_listener_only()
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint);
        using var visitor = await EchoedAsync(relay);
        relay.Cut(RelayCut.HalfOpen);
        await Assert.ThrowsAsync<SocketException>(() => visitor.ReadToEndAsync());
        using var another = await EchoedAsync(relay);

        Assert.Equal(2, echo.Open);
    }

    [Fact]
    public async Task Refusing_ends_nothing_that_exists()
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint);
        using var visitor = await EchoedAsync(relay);
        relay.Refusing = true;
        var failure = await Assert.ThrowsAsync<SocketException>(() => Visitor.ConnectAsync(relay.EndPoint));
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        await EchoAsync(visitor);
        relay.Refusing = false;
        using var another = await EchoedAsync(relay);
    }

    [Fact]
    public async Task A_delay_and_a_rate_slow_down()
    {
        await using var echo = TcpTargets.Echo();
        await using var relay = new FaultRelay(echo.EndPoint) { Delay = TimeSpan.FromMilliseconds(40) };
        using var visitor = await Visitor.ConnectAsync(relay.EndPoint);
        var start = Stopwatch.GetTimestamp();
        await EchoAsync(visitor);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromMilliseconds(75), Limit);

        relay.Delay = TimeSpan.Zero;
        relay.BytesPerSecond = 1_000_000;
        start = Stopwatch.GetTimestamp();
        var sending = visitor.SendAsync(Pattern.First(300_000));
        await visitor.ReadPatternAsync(0, 300_000);
        await sending;
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromMilliseconds(200), Limit);
    }

    [Fact]
    public void Moments_are_the_seeds_and_in_order()
    {
        var moments = FaultMoments.Within(seed: 7, count: 20, length: 1_000_000);

        Assert.Equal(moments, FaultMoments.Within(seed: 7, count: 20, length: 1_000_000));
        Assert.NotEqual(moments, FaultMoments.Within(seed: 8, count: 20, length: 1_000_000));
        Assert.Equal(moments.Order(), moments);
        Assert.All(moments, moment => Assert.InRange(moment, 1, 999_999));
    }

    private static async Task<Visitor> EchoedAsync(FaultRelay relay)
    {
        var visitor = await Visitor.ConnectAsync(relay.EndPoint);
        await EchoAsync(visitor);
        return visitor;
    }

    private static async Task EchoAsync(Visitor visitor)
    {
        var answer = new byte[5];
        await visitor.SendAsync("hello"u8.ToArray());
        await visitor.ReadExactlyAsync(answer);
        Assert.Equal("hello"u8.ToArray(), answer);
    }
}
