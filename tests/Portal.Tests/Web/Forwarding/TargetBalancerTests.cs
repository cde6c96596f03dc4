using System.Collections.Immutable;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;

namespace Tunnel.Portal.Tests.Web.Forwarding;

public sealed class TargetBalancerTests : IDisposable
{
    private static readonly WebRoute Route = new() { MaxFails = 2, FailTimeout = TimeSpan.FromSeconds(10) };

    private readonly RecordingLoggers _loggers = new();
    private readonly TargetClients _clients;
    private TimeSpan _now = TimeSpan.FromHours(1);

    public TargetBalancerTests()
    {
        RuntimeContext context = TestContext.Create(_loggers);
        _clients = new TargetClients(context);
    }

    public void Dispose()
    {
        _clients.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public void Targets_get_their_turns_by_weight_and_evenly_spread()
    {
        var balancer = Balancer(Route, 5, 1, 1);

        Assert.Equal([0, 0, 1, 0, 2, 0, 0], Enumerable.Range(0, 7).Select(_ => Serve(balancer)));
    }

    [Fact]
    public void The_least_busy_gets_a_request()
    {
        var balancer = Balancer(Route with { Balance = WebBalance.LeastRequests }, 1, 1);
        var first = balancer.Take("v", preferred: null, [])!;
        var second = balancer.Take("v", preferred: null, [])!;
        Assert.NotEqual(first.Index, second.Index);
        balancer.Release(first, failed: false);

        Assert.Equal(first.Index, balancer.Take("v", preferred: null, [])!.Index);
    }

    [Fact]
    public void A_visitor_has_one_target_and_another_one_only_while_that_is_down()
    {
        var balancer = Balancer(Route with { Balance = WebBalance.Hash, MaxFails = 1 }, 1, 1, 1);
        var own = Serve(balancer, "192.0.2.1");
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(own, Serve(balancer, "192.0.2.1")));
        Assert.Equal(3, Enumerable.Range(0, 100).Select(number => Serve(balancer, $"192.0.2.{number}")).Distinct().Count());

        Serve(balancer, "192.0.2.1", failed: true);

        Assert.NotEqual(own, Serve(balancer, "192.0.2.1"));
        _now += TimeSpan.FromSeconds(11);
        Assert.Equal(own, Serve(balancer, "192.0.2.1"));
    }

    [Fact]
    public void A_target_is_left_out_after_so_many_failures_within_the_time()
    {
        var balancer = Balancer(Route, 1, 1);
        var bad = balancer.Targets[0];
        Fail(bad);
        _now += TimeSpan.FromSeconds(11);
        Fail(bad);
        Assert.Contains(0, Enumerable.Range(0, 2).Select(_ => Serve(balancer)));

        Fail(bad);

        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(1, Serve(balancer)));
        _now += TimeSpan.FromSeconds(10);
        Assert.Contains(0, Enumerable.Range(0, 2).Select(_ => Serve(balancer)));

        void Fail(TargetState target)
        {
            Assert.Same(target, balancer.Take("v", target, [.. balancer.Targets.Where(other => other != target)]));
            balancer.Release(target, failed: true);
        }
    }

    [Fact]
    public void Where_all_are_down_all_are_tried_and_none_twice()
    {
        var balancer = Balancer(Route, 1, 1);
        balancer.Note(balancer.Targets[0], isWell: false);
        balancer.Note(balancer.Targets[1], isWell: false);

        var first = balancer.Take("v", preferred: null, [])!;
        var second = balancer.Take("v", preferred: null, [first])!;

        Assert.NotEqual(first.Index, second.Index);
        Assert.Null(balancer.Take("v", preferred: null, [first, second]));
    }

    [Fact]
    public void The_one_that_a_visitor_had_before_is_preferred_while_it_is_well()
    {
        var balancer = Balancer(Route with { Balance = WebBalance.Sticky }, 1, 1);
        var mine = balancer.Targets[1];

        Assert.Same(mine, balancer.Take("v", mine, []));
        Assert.True(balancer.Note(mine, isWell: false));
        Assert.NotSame(mine, balancer.Take("v", mine, []));
    }

    private static int Serve(TargetBalancer balancer, string visitor = "v", bool failed = false)
    {
        var target = balancer.Take(visitor, preferred: null, [])!;
        balancer.Release(target, failed);
        return target.Index;
    }

    private TargetBalancer Balancer(WebRoute route, params int[] weights)
    {
        ImmutableArray<TargetState> targets =
        [
            .. weights.Select((weight, index) =>
            {
                var target = new WebTarget { Host = "127.0.0.1", Port = 1000 + index, Weight = weight };
                return new TargetState(target, index, _clients.Rent(TargetClientKey.Of(target, route)));
            }),
        ];
        return new TargetBalancer(route, targets, () => _now);
    }
}
