using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Efficiency;

/// <summary>What a mebibyte and an echo cost the two programs in calls of the system and in wake-ups, which no clock has part in.</summary>
[Collection(HeavyCollection.Name)]
public sealed class CostTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Mebibyte = 1024 * 1024;
    private const int Bulk = 256;
    private const int TracedBulk = 64;
    private const int Echoes = 2000;
    private const int TracedEchoes = 500;

    // Seen, as plain / TLS: 45-52 / 125-134 at the portal, 188-207 / 175-194 at the bridge. A call moves what has arrived by then.
    private const double MaxCallsPerMebibyte = 420;

    // Seen: 8.3-10.2 / 9.3-10.5 at the portal, 8.6-9.5 / 9.4-10.3 at the bridge.
    private const double MaxCallsPerEcho = 20;

    // Seen on two cores that others kept busy: 9-15 / 8-12 at the portal, 5-10 / 5-7 at the bridge. Who has a core at once waits more often.
    private const double MaxSwitchesPerMebibyte = 40;

    // Seen there: 2.2-2.5 / 2.2-2.9 at the portal, 2.6-2.9 / 2.2-2.9 at the bridge.
    private const double MaxSwitchesPerEcho = 8;

    // Those that move bytes or wait for them. The rest is the runtime's: how often its threads spin (sched_yield) depends on the machine.
    private static readonly string[] Counted =
        ["recvfrom", "recvmsg", "sendto", "sendmsg", "read", "write", "readv", "writev", "epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "ppoll"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private IPEndPoint _public = null!;
    private ProgramProcess[] _programs = [];

    [Theory]
    [InlineData("none")]
    [InlineData("tls")]
    public async Task Programs_wake_up_no_more_often_than_they_must(string security)
    {
        await StartAsync(security);
        await AssertCostAsync("switches per MiB", Bulk, MaxSwitchesPerMebibyte, () => DownloadAsync(Bulk));
        await AssertCostAsync("switches per echo", Echoes, MaxSwitchesPerEcho, () => EchoAsync(Echoes));
    }

    [PeerTheory("strace")]
    [InlineData("none")]
    [InlineData("tls")]
    public async Task Programs_call_the_system_no_more_often_than_they_must(string security)
    {
        await StartAsync(security);
        await AssertCallsAsync("calls per MiB", TracedBulk, MaxCallsPerMebibyte, () => DownloadAsync(TracedBulk));
        await AssertCallsAsync("calls per echo", TracedEchoes, MaxCallsPerEcho, () => EchoAsync(TracedEchoes));
    }

    private async Task StartAsync(string security)
    {
        var target = Own(CostService.Start());
        var key = TestKey.New();
        var stream = new { security };
        var state = Files.MakeDirectory("state-portal");
        var configuration = WriteConfiguration("portal", Configurations.LongPortal(Domain, key, "127.0.0.1", stream));
        var portal = await ReadyAsync(Run("portal", ProgramFiles.Portal, ["run", "-c", configuration], state), Domain, key, state);

        configuration = WriteConfiguration("bridge", Configurations.LongBridge(Domain, key, target.Address, "127.0.0.1", portal.Interconnect.Port, stream));
        var bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", configuration]);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        (_public, _programs) = (portal.Public, [portal.Process, bridge]);

        // Windows have grown and code is compiled before anything is counted.
        await DownloadAsync(TracedBulk);
        await EchoAsync(TracedEchoes);
    }

    private async Task AssertCostAsync(string what, int units, double most, Func<Task> work)
    {
        var before = _programs.Select(static program => ProcessFigures.ContextSwitches(program.Id)).ToArray();
        await work();
        for (var i = 0; i < _programs.Length; i++)
        {
            Judge(_programs[i].Name, what, ProcessFigures.ContextSwitches(_programs[i].Id) - before[i], units, most);
        }
    }

    private async Task AssertCallsAsync(string what, int units, double most, Func<Task> work)
    {
        foreach (var program in _programs)
        {
            await using var counting = await SystemCalls.CountAsync(program.Id, Files.Write($"{Guid.NewGuid():N}.txt", string.Empty));
            await work();
            var calls = await counting.StopAsync();
            var often = calls.OrderByDescending(static call => call.Value).Take(6).Select(call => $"{call.Key} {(double)call.Value / units:0.00}");
            Judge(program.Name, what, Counted.Sum(name => calls.GetValueOrDefault(name)), units, most, $" (of all calls: {string.Join(", ", often)})");
        }
    }

    private void Judge(string program, string what, long count, int units, double most, string details = "")
    {
        var cost = (double)count / units;
        Output.WriteLine($"{program}: {cost:0.00} {what}, at most {most}{details}");
        Assert.True(count > 0, $"{program}: nothing was counted");
        Assert.True(cost <= most, $"{program}: {cost:0.00} {what}, at most {most} are expected{details}");
    }

    private async Task DownloadAsync(int mebibytes)
    {
        using var visitor = await Visitor.ConnectAsync(_public);
        await visitor.SendAsync(new[] { CostService.Bulk });
        await visitor.ReadPatternAsync(0, (long)mebibytes * Mebibyte, Limit);
    }

    private async Task EchoAsync(int count)
    {
        using var visitor = await Visitor.ConnectAsync(_public);
        visitor.Socket.NoDelay = true;
        var one = new byte[] { CostService.Echo };
        await visitor.SendAsync(one);
        for (var i = 0; i < count; i++)
        {
            await visitor.SendAsync(one);
            await visitor.ReadExactlyAsync(one, Limit);
        }
    }
}
