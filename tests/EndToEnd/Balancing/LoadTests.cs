using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;

namespace Tunnel.EndToEnd.Balancing;

/// <summary>Three targets behind three portals of one balancer, all through a tunnel, under load.</summary>
public sealed partial class LoadTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Visitors = 6;
    private const int EnoughVisits = 120;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_death_of_a_target_costs_only_the_connections_inside_it_and_it_is_taken_back()
    {
        MortalTarget[] targets = [Own(new MortalTarget("a")), Own(new MortalTarget("b")), Own(new MortalTarget("c"))];
        var portal = await StartAsync(targets);
        var visits = new ConcurrentBag<(string? Answer, bool AfterDeath)>();
        var isDead = false;
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, Visitors).Select(_ => Task.Run(VisitAsync)).ToList();

        await VisitedAsync(EnoughVisits);
        Assert.Equal(["a", "b", "c"], visits.Select(static visit => visit.Answer).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(visits, static visit => visit.Answer is null);

        await targets[1].DieAsync();
        Volatile.Write(ref isDead, true);
        await portal.Process.WaitForLineAsync(LeftOut);
        await VisitedAsync(visits.Count + EnoughVisits);

        var mark = visits.Count;
        targets[1].Return();
        await portal.Process.WaitForLineAsync(Back);
        await Eventually.HoldsAsync(() => visits.Take(visits.Count - mark).Any(static visit => visit.Answer == "b"), Limit, () => "b serves again");
        await enough.CancelAsync();
        await Task.WhenAll(load);

        // Who came after the death was served by another target; who was inside may have been cut off.
        Output.WriteLine($"{visits.Count} visits, {visits.Count(static visit => visit.Answer is null)} cut off");
        Assert.DoesNotContain(visits, static visit => visit is { Answer: null, AfterDeath: true });
        Assert.InRange(visits.Count(static visit => visit.Answer is null), 0, Visitors);

        async Task VisitAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                var afterDeath = Volatile.Read(ref isDead);
                var answer = await TryAskAsync(portal.Public);
                visits.Add((string.IsNullOrEmpty(answer) ? null : answer, afterDeath));
            }
        }

        Task VisitedAsync(int count) => Eventually.HoldsAsync(() => visits.Count >= count, Limit, () => $"{visits.Count} of {count} visits");
    }

    [GeneratedRegex("balancer 'all': outbound 'portal-b' is left out for 0.3 s: ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LeftOut { get; }

    [GeneratedRegex("balancer 'all': outbound 'portal-b' is back", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Back { get; }

    private async Task<PortalProgram> StartAsync(MortalTarget[] targets)
    {
        var key = TestKey.New();
        string[] names = ["a", "b", "c"];
        var configuration = WriteConfiguration("portal", JsonSerializer.Serialize(new
        {
            log = new { access = "none" },
            reverse = new { portals = names.Select(static name => new { tag = $"portal-{name}", domain = $"{name}.example" }) },
            inbounds = new object[]
            {
                new { tag = "visitors", listen = "127.0.0.1", port = 0, protocol = "dokodemo-door", settings = new { address = "127.0.0.1", port = 80 } },
                new { tag = "interconnect", listen = "127.0.0.1", port = 0, protocol = "tunnel", settings = new { clients = new[] { new { key } } } },
            },
            routing = new
            {
                rules = names.Select(static name => (object)new
                {
                    type = "field",
                    inboundTag = "interconnect",
                    domain = $"full:{name}.example",
                    outboundTag = $"portal-{name}",
                }).Append(new { type = "field", inboundTag = "visitors", balancerTag = "all" }),
                balancers = new[] { new { tag = "all", selector = "portal-", strategy = new { type = "roundRobin" }, failTimeout = "300ms" } },
            },
        }));
        var state = Files.MakeDirectory("state");
        var portal = await ReadyAsync(Run("portal", ProgramFiles.Portal, ["run", "-c", configuration], state), "all", key, state);
        Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", JsonSerializer.Serialize(new
        {
            reverse = new
            {
                bridges = names.Select((name, index) => new { domain = $"{name}.example", dial = $"tunnel://{key}@{portal.Interconnect}", to = targets[index].Address }),
            },
        }))]);
        await Eventually.HoldsAsync(() => portal.Log.CountOf(LogLines.BridgeConnected) >= names.Length, Limit, () => "all bridges are connected");
        return portal;
    }
}
