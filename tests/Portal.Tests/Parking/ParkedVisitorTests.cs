using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Tunnel.Mux;
using Tunnel.Mux.Link;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;
using Tunnel.Testing;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Sessions;
using Tunnel.Testing.Time;

namespace Tunnel.Portal.Tests.Parking;

/// <summary>What a portal does with visitors while it has no session, and when a session leaves them.</summary>
public sealed class ParkedVisitorTests : IAsyncDisposable
{
    private const string Domain = "home.example";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ParkingTime = TimeSpan.FromSeconds(10);

    private static readonly ConnectionInfo Info = new()
    {
        InboundTag = "public",
        Destination = new Destination(Network.Tcp, "target.example", 80),
        Source = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4711),
    };

    private static readonly byte[] Get = "GET / HTTP/1.1\r\nHost: home\r\n\r\n"u8.ToArray();

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLoggers _loggers = new();
    private readonly InProcessSessionRegistry _registry = new();
    private readonly List<SessionPair> _pairs = [];
    private readonly PortalOutbound _portal;

    public ParkedVisitorTests() => _portal = new PortalOutbound(
        new ReversePortalConfig { Tag = "portal", Domain = Domain, Parking = new ParkingConfig { Time = ParkingTime, Visitors = 2 } },
        _registry,
        TestContext.Create(_loggers, _time));

    public async ValueTask DisposeAsync()
    {
        await _portal.DisposeAsync();
        foreach (var pair in _pairs)
        {
            await pair.DisposeAsync();
        }

        _loggers.Dispose();
    }

    [Fact]
    public async Task A_visitor_waits_for_a_session_and_nothing_of_what_it_said_is_lost()
    {
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync("ques"u8.ToArray());
        await _loggers.SeenAsync("no session of home.example takes visitors: they wait, 2 at most, each for up to 10 s");
        Assert.False(handled.IsCompleted);
        Assert.False(_portal.IsReady);

        var stream = await Connect().AcceptAsync();
        await visitor.Output.WriteAsync("tion"u8.ToArray());
        await visitor.Output.CompleteAsync();
        Assert.Equal(new StreamMetadata(Info.Destination, Info.Source), stream!.Metadata);
        await AnswerAsync(stream, expected: "question", answer: "answer");

        Assert.Equal("answer", await ReadAllAsync(visitor.Input));
        await handled.WaitAsync(Limit);
        await _loggers.SeenAsync("no visitor of home.example waits any more: 1 were served, 0 turned away, 0 left");
    }

    [Fact]
    public async Task After_its_time_a_visitor_is_closed()
    {
        var (visitor, handled) = Visit();
        _time.Advance(ParkingTime);

        await handled.WaitAsync(Limit);
        var refusal = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Equal(MuxErrorCode.Refused, refusal.Code);
        Assert.Single(_loggers.With("no bridge for home.example"));
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("http/1.1")]
    public async Task After_its_time_an_HTTP_visitor_gets_an_answer(string protocol)
    {
        var (visitor, handled) = Visit(Info with { Protocol = protocol });
        _time.Advance(ParkingTime);

        await handled.WaitAsync(Limit);
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: ", await ReadAllAsync(visitor.Input), StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_a_visitor_speaks_HTTP_is_seen_while_it_waits()
    {
        var (visitor, pipe) = DuplexPipePair.Create();
        await visitor.Output.WriteAsync(Get);
        var handled = _portal.HandleAsync(Info, pipe, CancellationToken.None);
        _time.Advance(ParkingTime);

        Assert.EndsWith("No bridge of home.example is connected.\n", await ReadAllAsync(visitor.Input), StringComparison.Ordinal);
        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_turned_away_at_once()
    {
        var waiting = new[] { Visit(), Visit() };
        var (overflow, handled) = Visit();
        await handled.WaitAsync(Limit);
        await Assert.ThrowsAsync<MuxStreamException>(async () => await overflow.Input.ReadAsync());

        var (http, httpHandled) = Visit(Info with { Protocol = "http1" });
        await httpHandled.WaitAsync(Limit);
        Assert.StartsWith("HTTP/1.1 503 ", await ReadAllAsync(http.Input), StringComparison.Ordinal);
        Assert.All(waiting, visit => Assert.False(visit.Handled.IsCompleted));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: home\r\n\r\n")]
    public async Task A_visitor_who_leaves_frees_its_place_at_once(string said)
    {
        // Before it is looked at: of a pipe that is no socket only the first bytes are read.
        var (_, other) = Visit();
        var (visitor, pipe) = DuplexPipePair.Create();
        await visitor.Output.WriteAsync(Encoding.ASCII.GetBytes(said));
        await visitor.Output.CompleteAsync();
        await _portal.HandleAsync(Info, pipe, CancellationToken.None).WaitAsync(Limit);

        var (_, third) = Visit();
        Assert.False(third.IsCompleted);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_visitor_who_was_reset_frees_its_place_at_once()
    {
        var (visitor, handled) = Visit();
        await visitor.Output.CompleteAsync(new IOException("reset"));
        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_visitor_who_has_asked_and_half_closed_still_waits_for_its_answer()
    {
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync("question"u8.ToArray());
        await visitor.Output.CompleteAsync();

        await AnswerAsync((await Connect().AcceptAsync())!, expected: "question", answer: "answer");
        Assert.Equal("answer", await ReadAllAsync(visitor.Input));
        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_stop_out_of_patience_ends_a_wait()
    {
        using var abort = new CancellationTokenSource();
        var (visitor, handled) = Visit(cancellationToken: abort.Token);
        await abort.CancelAsync();
        await handled.WaitAsync(Limit);
        await Assert.ThrowsAnyAsync<Exception>(async () => await ReadAllAsync(visitor.Input));
    }

    [Fact]
    public async Task Datagrams_do_not_wait()
    {
        var (_, handled) = Visit(Info with { Destination = new Destination(Network.Udp, "target.example", 53) });
        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_session_whose_connection_is_back_takes_those_who_wait()
    {
        var pair = Pair();
        var link = new SessionLink();
        using var registration = _registry.Add(new BridgeSession(pair.Portal, Domain, "192.0.2.1:1000", "0123456789") { Link = link });
        _ = Visit();
        Assert.False(_portal.IsReady);
        Assert.Equal(0, pair.Portal.StreamCount);

        var (_, connection) = DuplexPipePair.Create();
        link.TryAttach(new LinkConnection(connection, () => { }, () => ValueTask.CompletedTask), 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await pair.Bridge.AcceptAsync());
    }

    [Fact]
    public async Task A_stream_that_a_draining_bridge_did_not_take_goes_to_another_session()
    {
        var draining = Pair();
        Take(draining);
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"u8.ToArray());

        // Nobody has accepted it at the bridge; the GOAWAY does not count it only if it comes first, so it is refused by hand.
        (await draining.Bridge.AcceptAsync())!.Abort(MuxErrorCode.Refused, "the bridge drains");
        _ = draining.Bridge.DrainAsync(CancellationToken.None);
        await draining.Portal.Draining.WaitAsync(Limit);

        var stream = (await Connect().AcceptAsync())!;
        await visitor.Output.CompleteAsync();
        await AnswerAsync(stream, expected: "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", answer: "done");
        Assert.Equal("done", await ReadAllAsync(visitor.Input));
        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task One_whom_its_only_session_refuses_for_now_asks_again_until_its_time_is_over()
    {
        var pair = Pair();
        Take(pair);
        var (visitor, handled) = Visit();
        for (var refusal = 0; refusal < 10; refusal++)
        {
            var accepted = pair.Bridge.AcceptAsync().AsTask();
            await Eventually.HoldsAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromMilliseconds(10));
                    return accepted.IsCompleted;
                },
                Limit,
                () => "the visitor does not come again");
            (await accepted)!.Abort(MuxErrorCode.Refused, "too many streams on this session");
        }

        // One more that nobody refused would be let in.
        var refusing = RefuseAllAsync(pair.Bridge);
        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(ParkingTime);
                return handled.IsCompleted;
            },
            Limit,
            () => "the visitor still waits");
        await Assert.ThrowsAnyAsync<Exception>(async () => await ReadAllAsync(visitor.Input));
        pair.Cut();
        await refusing.WaitAsync(Limit);

        static async Task RefuseAllAsync(IMuxSession bridge)
        {
            while (await bridge.AcceptAsync() is { } stream)
            {
                stream.Abort(MuxErrorCode.Refused, "too many streams on this session");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: home\r\n\r\n")]
    [InlineData("HEAD / HTTP/1.0\r\n\r\n")]
    public async Task What_may_be_sent_twice_goes_to_the_next_session_when_one_is_lost(string said)
    {
        var lost = Pair();
        Take(lost);
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync(Encoding.ASCII.GetBytes(said));
        await SeenAsync((await lost.Bridge.AcceptAsync())!, said);
        lost.Cut();
        await lost.Portal.Completion.WaitAsync(Limit);

        var stream = (await Connect().AcceptAsync())!;
        await visitor.Output.CompleteAsync();
        await AnswerAsync(stream, expected: said, answer: "answer");
        Assert.Equal("answer", await ReadAllAsync(visitor.Input));
        await handled.WaitAsync(Limit);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: ho")]
    [InlineData("SSH-2.0-client\r\n")]
    public async Task What_may_have_been_acted_on_is_not_sent_twice(string said)
    {
        var lost = Pair();
        Take(lost);
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync(Encoding.ASCII.GetBytes(said));
        await SeenAsync((await lost.Bridge.AcceptAsync())!, said);
        lost.Cut();

        await handled.WaitAsync(Limit);
        await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAllAsync(visitor.Input));
    }

    [Fact]
    public async Task What_was_answered_in_part_is_not_sent_twice()
    {
        var lost = Pair();
        Take(lost);
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync(Get);
        var stream = (await lost.Bridge.AcceptAsync())!;
        await stream.Output.WriteAsync("H"u8.ToArray());
        await visitor.Input.ReadAtLeastAsync(1);
        lost.Cut();

        await handled.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_request_that_brings_down_its_bridges_does_not_go_round_for_ever()
    {
        var (visitor, handled) = Visit();
        await visitor.Output.WriteAsync(Get);
        var met = 0;
        while (met < 10 && !handled.IsCompleted)
        {
            var pair = Pair();
            Take(pair);
            var accepted = pair.Bridge.AcceptAsync().AsTask();
            if (await Task.WhenAny(accepted, handled) == accepted)
            {
                met++;
                await SeenAsync((await accepted)!, Encoding.ASCII.GetString(Get));
                pair.Cut();
                await pair.Portal.Completion.WaitAsync(Limit);
            }
        }

        await handled.WaitAsync(Limit);
        Assert.Equal(4, met);
    }

    [Fact]
    public async Task The_end_turns_away_those_who_wait()
    {
        var (_, handled) = Visit(Info with { Protocol = "http1" });
        await _portal.DisposeAsync();
        await handled.WaitAsync(Limit);
    }

    private SessionPair Pair()
    {
        var pair = new SessionPair();
        _pairs.Add(pair);
        return pair;
    }

    private void Take(SessionPair pair) => _ = _portal.TakeAsync(new BridgeSession(pair.Portal, Domain, "192.0.2.1:1000", "0123456789"));

    private IMuxSession Connect()
    {
        var pair = Pair();
        Take(pair);
        return pair.Bridge;
    }

    private (IDuplexPipe Visitor, Task Handled) Visit(ConnectionInfo? info = null, CancellationToken cancellationToken = default)
    {
        var (visitor, pipe) = DuplexPipePair.Create();
        return (visitor, _portal.HandleAsync(info ?? Info, pipe, cancellationToken));
    }

    private static async Task AnswerAsync(IMuxStream stream, string? expected, string answer)
    {
        if (expected is not null)
        {
            Assert.Equal(expected, await ReadAllAsync(stream.Input));
        }

        await stream.Output.WriteAsync(Encoding.ASCII.GetBytes(answer));
        await stream.Output.CompleteAsync();
        await stream.Input.CompleteAsync();
    }

    /// <summary>Waits until a bridge has got so much, and answers nothing.</summary>
    private static async Task SeenAsync(IMuxStream stream, string said)
    {
        if (said.Length > 0)
        {
            using var limit = new CancellationTokenSource(Limit);
            var read = await stream.Input.ReadAtLeastAsync(said.Length, limit.Token);
            Assert.Equal(said, Encoding.ASCII.GetString(read.Buffer.ToArray()));
        }
    }

    private static async Task<string> ReadAllAsync(PipeReader reader)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var read = await reader.ReadAsync(limit.Token);
            if (read.IsCompleted)
            {
                var all = Encoding.ASCII.GetString(read.Buffer.ToArray());
                await reader.CompleteAsync();
                return all;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
