using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Balancing;

/// <summary>A dispatcher whose rule names a balancer, from the visitor's side.</summary>
public sealed class BalancerTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly RecordingLoggers _loggers = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ReadyOutbound[] _outbounds = [new("a"), new("b"), new("c"), new("spare")];
    private BalancerSet? _balancers;

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Connections_go_round_and_the_access_log_names_the_outbound()
    {
        var dispatcher = Create();

        Assert.Equal(["a", "b", "c", "a"], await AskAsync(dispatcher, 4));
        Assert.Single(_loggers.With("[in -> b]"), record => record.Category == LogCategories.Access);
    }

    [Fact]
    public async Task Asking_for_the_route_changes_nothing()
    {
        var dispatcher = Create();

        Assert.Equal("a", dispatcher.Route(To())!.Tag);
        Assert.Equal("a", dispatcher.Route(To())!.Tag);
        Assert.Equal(["a"], await AskAsync(dispatcher, 1));
        Assert.Equal("b", dispatcher.Route(To())!.Tag);
    }

    [Fact]
    public async Task One_that_fails_is_replaced_for_its_visitor_left_out_tried_again_and_taken_back()
    {
        var dispatcher = Create();
        _outbounds[1].Failure = "connection refused";

        // The one that comes to b does not notice, and after it none goes there.
        Assert.Equal(["a", "a", "c", "a", "c", "a"], await AskAsync(dispatcher, 6));
        Assert.Equal(1, _outbounds[1].Handled);
        var log = Assert.Single(_loggers.With("balancer 'all': outbound 'b' is left out for 10 s: connection refused"));
        Assert.Equal((LogCategories.Status, LogLevel.Warning), (log.Category, log.Level));
        Assert.Single(_loggers.With("outbound 'b' failed, 'a' is tried: connection refused"));

        // Then one tries, again in vain.
        _time.Advance(Timeout);
        Assert.DoesNotContain("b", await AskAsync(dispatcher, 9));
        Assert.Equal(2, _outbounds[1].Handled);
        Assert.Single(_loggers.With("is left out"));

        _outbounds[1].Failure = null;
        Assert.DoesNotContain("b", await AskAsync(dispatcher, 9));
        _time.Advance(Timeout);
        Assert.Equal(3, (await AskAsync(dispatcher, 9)).Count(static answer => answer == "b"));
        Assert.Single(_loggers.With("balancer 'all': outbound 'b' is back"));
    }

    [Fact]
    public async Task One_that_says_it_cannot_is_passed_over_at_once()
    {
        var dispatcher = Create();
        _outbounds[0].IsReady = false;

        Assert.DoesNotContain("a", await AskAsync(dispatcher, 10));
        Assert.Equal(0, _outbounds[0].Handled);
        _outbounds[0].IsReady = true;
        Assert.Contains("a", await AskAsync(dispatcher, 3));
    }

    [Fact]
    public async Task When_all_are_left_out_all_are_tried_and_the_last_reason_reaches_the_visitor()
    {
        var dispatcher = Create();
        foreach (var outbound in _outbounds)
        {
            outbound.Failure = $"{outbound.Tag} refuses";
        }

        for (var round = 0; round < 3; round++)
        {
            var failure = await Assert.ThrowsAsync<MuxStreamException>(() => AskAsync(dispatcher, 1));
            Assert.EndsWith("refuses", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal([3, 3, 3], _outbounds.Take(3).Select(static outbound => outbound.Handled));

        // One that is well again is found without waiting.
        _outbounds[2].Failure = null;
        Assert.Equal(["c", "c", "c"], await AskAsync(dispatcher, 3));
        Assert.Single(_loggers.With("outbound 'c' is back"));
    }

    [Fact]
    public async Task The_fallback_serves_while_no_candidate_can()
    {
        var dispatcher = Create(fallback: "spare");
        foreach (var outbound in _outbounds.Take(3))
        {
            outbound.IsReady = false;
        }

        Assert.Equal(["spare", "spare"], await AskAsync(dispatcher, 2));
        foreach (var outbound in _outbounds.Take(3))
        {
            (outbound.IsReady, outbound.Failure) = (true, "refused");
        }

        // All three fail the first visitor, and then are left out.
        Assert.Equal(["spare", "spare"], await AskAsync(dispatcher, 2));
        Assert.Equal([1, 1, 1], _outbounds.Take(3).Select(static outbound => outbound.Handled));
    }

    [Fact]
    public async Task Probes_leave_out_and_take_back()
    {
        var dispatcher = Create();
        _outbounds[0].Failure = "refused";
        var (a, b) = (_balancers!.StateOf(_outbounds[0])!, _balancers.StateOf(_outbounds[1])!);

        b.Observe(Observation.Dead("no answer"));
        Assert.DoesNotContain("b", await AskAsync(dispatcher, 6));
        Assert.Equal(0, _outbounds[1].Handled);
        b.Observe(Observation.Answered(null));
        Assert.Contains("b", await AskAsync(dispatcher, 3));

        // What failures had closed, a probe opens.
        Assert.NotEmpty(_loggers.With("'a' is left out"));
        _outbounds[0].Failure = null;
        a.Observe(Observation.Answered(TimeSpan.FromMilliseconds(1)));
        Assert.Single(_loggers.With("outbound 'a' is back"));
        Assert.Contains("a", await AskAsync(dispatcher, 3));
    }

    [Fact]
    public async Task A_fallback_may_be_a_candidate_and_is_not_asked_twice()
    {
        var dispatcher = Create(fallback: "a");
        foreach (var outbound in _outbounds)
        {
            outbound.Failure = "refused";
        }

        await Assert.ThrowsAsync<MuxStreamException>(() => AskAsync(dispatcher, 1));
        Assert.Equal([1, 1, 1], _outbounds.Take(3).Select(static outbound => outbound.Handled));
    }

    [Fact]
    public async Task A_reload_keeps_what_is_known_of_outbounds_that_stay()
    {
        var dispatcher = Create();
        _outbounds[1].Failure = "connection refused";
        await AskAsync(dispatcher, 2);
        var before = _balancers!;

        // Another outbound takes part, one is gone, and the one in the middle is still left out.
        ReadyOutbound[] next = [_outbounds[0], _outbounds[1], new("c2")];
        var again = Create(before: before, outbounds: next);
        before.Retire(_balancers!);
        Assert.Same(before.StateOf(next[1]), _balancers!.StateOf(next[1]));
        Assert.Equal(["c2", "a", "c2", "a"], await AskAsync(again, 4));
        Assert.Equal(1, _outbounds[1].Handled);

        // A probe that is answered takes it back, also after the next reload, and is heard of once.
        Create(before: _balancers, outbounds: next);
        _outbounds[1].Failure = null;
        before.StateOf(next[1])!.Observe(Observation.Answered(null));
        Assert.Single(_loggers.With("outbound 'b' is back"));
    }

    private static ConnectionInfo To() => new()
    {
        InboundTag = "in",
        Destination = new Destination(Network.Tcp, "target.example", 80),
        Source = new IPEndPoint(IPAddress.Loopback, 1),
    };

    private static async Task<List<string>> AskAsync(Dispatcher dispatcher, int times)
    {
        var answers = new List<string>();
        for (var time = 0; time < times; time++)
        {
            var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
            await dispatcher.DispatchAsync(To(), pipe, CancellationToken.None);
            answers.Add(Encoding.UTF8.GetString(await Wait.ReadAllAsync(visitor.Input)));
        }

        return answers;
    }

    private Dispatcher Create(BalancerStrategy strategy = BalancerStrategy.RoundRobin, string? fallback = null, BalancerSet? before = null, ReadyOutbound[]? outbounds = null)
    {
        outbounds ??= _outbounds;
        var context = TestContext.Create(_loggers, _time);
        var routing = new RoutingConfig
        {
            Balancers = [new BalancerConfig { Tag = "all", Selectors = ["a", "b", "c"], Strategy = strategy, FallbackTag = fallback, FailTimeout = Timeout }],
            Rules = [new RuleConfig { InboundTags = ["in"], BalancerTag = "all" }],
        };
        _balancers = new BalancerSet(routing.Balancers, outbounds, context, before: before);
        return new Dispatcher(new Router(routing), outbounds, _balancers, context);
    }
}
