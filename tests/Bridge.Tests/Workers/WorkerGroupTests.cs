using Microsoft.Extensions.Logging;
using Tunnel.Bridge.Workers;
using Tunnel.Mux;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Bridge.Tests.Workers;

public sealed class WorkerGroupTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_dials_at_once_and_says_so()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();

        var dial = await rig.Dialer.NextAsync();
        Assert.Equal((0, WorkerGroupRig.Domain, TimeSpan.Zero), (dial.Portal, dial.VirtualDomain, dial.At));
        await rig.ConnectAsync(dial);
        await rig.Loggers.SeenAsync("connected: home.example through portal-0:7000 (worker 1)");
    }

    [Fact]
    public async Task Failed_dials_are_repeated_ever_more_seldom()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();

        var dial = await rig.Dialer.NextAsync();
        foreach (var seconds in new[] { 0.25, 0.5, 1, 2, 4, 8, 16, 30, 30 })
        {
            dial.Fail();
            var next = await rig.NextDialAsync(Minute);
            Assert.InRange(next.At - dial.At, TimeSpan.FromSeconds(seconds / 2), TimeSpan.FromSeconds(seconds) + WorkerGroupRig.Step);
            dial = next;
        }
    }

    [Fact]
    public async Task A_portal_that_refuses_is_asked_again_within_two_seconds()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();

        var dial = await rig.Dialer.NextAsync();
        for (var i = 0; i < 8; i++)
        {
            dial.Refuse();
            var next = await rig.NextDialAsync(Minute);
            Assert.InRange(next.At - dial.At, TimeSpan.Zero, Backoff.RefusedCap + WorkerGroupRig.Step);
            dial = next;
        }
    }

    [Fact]
    public async Task A_portal_that_asks_for_patience_gets_it_once()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();

        var first = await rig.Dialer.NextAsync();
        first.Fail(retryAfter: TimeSpan.FromSeconds(12));
        var second = await rig.NextDialAsync(Minute);
        Assert.InRange(second.At - first.At, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(12) + WorkerGroupRig.Step);

        second.Fail();
        var third = await rig.NextDialAsync(Minute);
        Assert.InRange(third.At - second.At, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5) + WorkerGroupRig.Step);
    }

    [Fact]
    public async Task A_lost_session_is_dialled_again_at_once()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var pair = await rig.ConnectAsync();

        await rig.CutAsync(pair);
        var dial = await rig.Dialer.NextAsync();

        Assert.Equal(TimeSpan.Zero, dial.At);
        var lost = await rig.Loggers.SeenAsync("connection lost: home.example through portal-0:7000");
        Assert.Equal(LogLevel.Warning, lost.Level);
    }

    [Fact]
    public async Task It_is_dialled_at_once_even_if_the_portal_was_away_for_long_before()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var dial = await rig.Dialer.NextAsync();
        for (var i = 0; i < 8; i++)
        {
            dial.Fail();
            dial = await rig.NextDialAsync(Minute);
        }

        await rig.CutAsync(await rig.ConnectAsync(dial));

        Assert.Equal(rig.Clock.Now, (await rig.Dialer.NextAsync()).At);
    }

    [Fact]
    public async Task Sessions_that_die_young_again_and_again_are_dialled_more_seldom_but_within_two_seconds()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        await rig.CutAsync(await rig.ConnectAsync());

        var dial = await rig.Dialer.NextAsync();
        foreach (var seconds in new[] { 0.1, 0.2, 0.4, 0.8, 1.5, 1.5 })
        {
            await rig.CutAsync(await rig.ConnectAsync(dial));
            var next = await rig.NextDialAsync(Minute);

            Assert.InRange(next.At - dial.At, TimeSpan.FromSeconds(seconds / 2), TimeSpan.FromSeconds(seconds) + WorkerGroupRig.Step);
            dial = next;
        }
    }

    [Fact]
    public async Task A_stable_minute_wipes_the_slate()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        await rig.CutAsync(await rig.ConnectAsync());
        await rig.CutAsync(await rig.ConnectAsync());
        var pair = await rig.ConnectAsync(await rig.NextDialAsync(Minute));

        var end = rig.Clock.Now + Backoff.StableAfter;
        await rig.AdvanceUntilAsync(() => rig.Clock.Now >= end, Minute * 2);
        await rig.CutAsync(pair);

        // Without the minute this would be the third young loss in a row.
        await rig.ConnectAsync();
    }

    [Fact]
    public async Task A_session_that_the_portal_drains_is_replaced_at_once_and_may_finish()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var old = await rig.ConnectAsync();
        await rig.OpenAsync(old, 1);

        var drained = old.Portal.DrainAsync(CancellationToken.None);
        await rig.ConnectAsync();
        Assert.False(old.Bridge.Completion.IsCompleted);

        await rig.EndStreamsAsync();
        await drained;
        var closed = await rig.Loggers.SeenAsync("connection closed: home.example through portal-0:7000");
        Assert.Equal(LogLevel.Information, closed.Level);
        Assert.Empty(rig.Loggers.With("connection lost"));
    }

    [Fact]
    public async Task A_crowd_gets_workers_without_delay_up_to_the_most()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var pair = await rig.ConnectAsync();

        await rig.OpenAsync(pair, WorkerPolicy.BusyMean);
        await rig.AdvanceUntilAsync(() => rig.Clock.Now >= TimeSpan.FromSeconds(5), Minute);
        Assert.Equal(0, rig.Dialer.Waiting);

        await rig.OpenAsync(pair, WorkerPolicy.MaxWorkers * WorkerPolicy.BusyMean);
        await rig.ConnectAsync(await rig.NextDialAsync(Minute));
        for (var worker = 3; worker <= WorkerPolicy.MaxWorkers; worker++)
        {
            // The clock stands still: that a dial succeeded does not count against the next one.
            await rig.ConnectAsync();
            await rig.Loggers.SeenAsync($"(worker {worker})");
        }

        var later = rig.Clock.Now + TimeSpan.FromSeconds(10);
        await rig.AdvanceUntilAsync(() => rig.Clock.Now >= later, Minute);
        Assert.Equal(0, rig.Dialer.Waiting);
    }

    [Fact]
    public async Task Idle_workers_are_retired_but_never_the_last_one()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var first = await rig.ConnectAsync();
        await rig.OpenAsync(first, WorkerPolicy.BusyMean + 1);
        var second = await rig.ConnectAsync(await rig.NextDialAsync(Minute));
        var quietSince = rig.Clock.Now;
        await rig.EndStreamsAsync();

        await rig.AdvanceUntilAsync(() => first.Portal.Completion.IsCompleted || second.Portal.Completion.IsCompleted, Minute);
        Assert.InRange(rig.Clock.Now - quietSince, WorkerPolicy.QuietTime, WorkerPolicy.QuietTime + TimeSpan.FromSeconds(5));
        var survivor = first.Portal.Completion.IsCompleted ? second : first;
        var retired = first.Portal.Completion.IsCompleted ? first : second;
        Assert.True((await retired.Portal.Completion).IsOrderly);

        var later = rig.Clock.Now + (WorkerPolicy.QuietTime * 3);
        await rig.AdvanceUntilAsync(() => rig.Clock.Now >= later, Minute * 3);
        Assert.False(survivor.Bridge.Draining.IsCompleted);
        Assert.Equal(0, rig.Dialer.Waiting);
    }

    [Fact]
    public async Task A_stop_dials_no_more_and_lets_streams_finish()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var pair = await rig.ConnectAsync();
        await rig.OpenAsync(pair, 1);

        var stopped = rig.Group.StopAsync(CancellationToken.None);
        await pair.Portal.Draining;
        Assert.False(stopped.IsCompleted);

        await rig.EndStreamsAsync();
        await stopped;
        Assert.True((await pair.Portal.Completion).IsOrderly);
        Assert.Equal(0, rig.Dialer.Waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_out_of_patience_aborts_what_is_left(bool portalDrainsFirst)
    {
        await using var rig = new WorkerGroupRig();
        using var patience = new CancellationTokenSource();
        rig.Group.Start();
        var pair = await rig.ConnectAsync();
        await rig.OpenAsync(pair, 1);
        if (portalDrainsFirst)
        {
            _ = pair.Portal.DrainAsync(CancellationToken.None);
            await rig.Dialer.NextAsync();
        }

        var stopped = rig.Group.StopAsync(patience.Token);
        await pair.Portal.Draining;
        Assert.False(stopped.IsCompleted);

        await patience.CancelAsync();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(MuxErrorCode.Cancel, (await pair.Bridge.Completion).Code);
    }

    [Fact]
    public async Task A_stop_ends_a_wait_and_a_dial()
    {
        await using var waiting = new WorkerGroupRig();
        waiting.Group.Start();
        (await waiting.Dialer.NextAsync()).Fail();
        await waiting.Loggers.SeenAsync("cannot connect");
        await waiting.Group.StopAsync(CancellationToken.None);

        await using var dialling = new WorkerGroupRig();
        dialling.Group.Start();
        await dialling.Dialer.NextAsync();
        await dialling.Group.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_same_complaint_is_made_once_and_then_once_in_a_while()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        var dial = await rig.Dialer.NextAsync();
        while (rig.Clock.Now < TimeSpan.FromMinutes(4))
        {
            dial.Fail("no route.");
            dial = await rig.NextDialAsync(Minute);
        }

        var complaint = Assert.Single(rig.Loggers.With("cannot connect"));
        Assert.Equal(LogLevel.Warning, complaint.Level);
        Assert.Equal(
            "cannot connect: home.example through portal-0:7000: no route; next try within 0.2 s, and so on until it works",
            complaint.Message.Replace("0.3 s", "0.2 s", StringComparison.Ordinal));

        dial.Fail("another reason");
        dial = await rig.NextDialAsync(Minute);
        Assert.Equal(2, rig.Loggers.With("cannot connect").Count);

        var next = rig.Clock.Now + TimeSpan.FromMinutes(5.5);
        while (rig.Clock.Now < next)
        {
            dial.Fail("another reason");
            dial = await rig.NextDialAsync(Minute);
        }

        Assert.Equal(3, rig.Loggers.With("cannot connect").Count);
    }

    [Fact]
    public async Task A_complaint_is_made_again_after_it_had_worked()
    {
        await using var rig = new WorkerGroupRig();
        rig.Group.Start();
        (await rig.Dialer.NextAsync()).Fail();
        await rig.CutAsync(await rig.ConnectAsync(await rig.NextDialAsync(Minute)));
        (await rig.Dialer.NextAsync()).Fail();

        await rig.Loggers.SeenAsync("nobody there", count: 2);
    }

    [Fact]
    public async Task Without_a_way_to_a_portal_it_complains_and_goes_on()
    {
        await using var rig = new WorkerGroupRig();
        rig.CurrentDialer = null;
        rig.Group.Start();
        await rig.Loggers.SeenAsync("the router sends 'home.example' to no outbound of protocol 'tunnel'");

        rig.CurrentDialer = rig.Dialer;
        await rig.ConnectAsync(await rig.NextDialAsync(Minute));
    }
}
