using System.Net.Sockets;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>SIGTERM lets what is under way finish, within a limit.</summary>
public sealed class DrainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    // Several times what the windows and socket buffers on the way hold while nobody reads, about 10 MiB: most of it still has to pass
    // both programs, which is checked. No more than that, since the drain has a limit, and a slow machine is no failure.
    private const long Length = 64 * 1024 * 1024;
    private const long ReadBefore = 1024 * 1024;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private static readonly byte[] KeptAlive = "GET / HTTP/1.1\r\nHost: home\r\n\r\n"u8.ToArray();

    private const string KeptAliveAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhome";

    public static TheoryData<string> Programs => ["portal", "bridge"];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_download_under_way_is_finished(string program)
    {
        var sent = 0L;
        var (portal, bridge) = await StartPairAsync(TcpTargets.Source(Length, sofar => Volatile.Write(ref sent, sofar)));
        var process = Choose(program, portal, bridge);
        using var visitor = await Visitor.ConnectAsync(portal.Public);
        await visitor.ReadPatternAsync(0, ReadBefore);
        var before = Volatile.Read(ref sent);

        process.Terminate();
        await Task.Run(() => visitor.ReadPatternAsync(ReadBefore, Length - ReadBefore));
        Assert.Empty(await visitor.ReadToEndAsync());
        visitor.Socket.Shutdown(SocketShutdown.Send);
        Assert.True(before < Length / 2, $"{before} bytes were on their way already, so this proves little");

        Assert.Equal(0, await process.WaitForExitAsync(DrainLimit + Slack));
    }

    // Both at once: the limit is all that the test waits for.
    [Fact]
    public async Task A_visitor_who_does_not_finish_is_not_waited_for_beyond_the_limit()
    {
        var ends = new List<Task>();
        foreach (var program in Programs.Select(static (object[] row) => (string)row[0]))
        {
            var target = Own(TcpTargets.Sink());
            var (portal, bridge) = await StartPairAsync(target.Address);
            ends.Add(EndsByItselfAsync(Choose(program, portal, bridge), portal, target, signals: 1));
        }

        await Task.WhenAll(ends);
    }

    [Fact]
    public async Task A_second_signal_ends_what_is_left_at_once()
    {
        var target = Own(TcpTargets.Sink());
        var (portal, _) = await StartPairAsync(target.Address);
        await EndsByItselfAsync(portal.Process, portal, target, signals: 2);
        Assert.Equal(1, portal.Log.CountOf(LogLines.DrainCutShort));
    }

    // An abort would reset it; only an early end is an orderly one.
    [Theory]
    [MemberData(nameof(Programs))]
    public async Task An_idle_visitor_is_let_go_in_order_and_one_who_waits_for_an_answer_gets_it(string program)
    {
        var target = Own(HttpTarget.Create("home", TimeSpan.FromSeconds(4)));
        var (portal, bridge) = await StartPairAsync(target.Address);
        using var idle = await Visitor.ConnectAsync(portal.Public);
        await idle.SendAsync(KeptAlive);
        await idle.ReadExactlyAsync(new byte[KeptAliveAnswer.Length]);
        using var waiting = await Visitor.ConnectAsync(portal.Public);
        await waiting.SendAsync(KeptAlive);
        await Eventually.HoldsAsync(() => target.Accepted == 2, Slack, () => "the second visitor's connection has not come");

        var process = Choose(program, portal, bridge);
        process.Terminate();

        Assert.Empty(await idle.ReadToEndAsync());
        Assert.Equal(KeptAliveAnswer, System.Text.Encoding.ASCII.GetString(await waiting.ReadToEndAsync()));
        Assert.Equal(0, await process.WaitForExitAsync(DrainLimit + Slack));
    }

    private static async Task EndsByItselfAsync(ProgramProcess process, PortalProgram portal, TcpTarget target, int signals)
    {
        using var visitor = await Visitor.ConnectAsync(portal.Public);

        // A question without an answer: an idle visitor would be let go before.
        await visitor.SendAsync(Pattern.First(1));
        await Eventually.HoldsAsync(() => target.Accepted == 1, Slack, () => "the visitor's connection has not come");

        process.Terminate();
        if (signals > 1)
        {
            await Eventually.HoldsAsync(async () => await TryAskAsync(portal.Public) is null, Slack, () => "the portal still listens");
            process.Terminate();
            await process.WaitForLineAsync(LogLines.DrainCutShort);
        }

        Assert.Equal(0, await process.WaitForExitAsync(DrainLimit + Slack));
        Assert.Equal(0, await visitor.ReadUntilClosedAsync(Slack));
    }

    private static ProgramProcess Choose(string program, PortalProgram portal, ProgramProcess bridge) =>
        string.Equals(program, "portal", StringComparison.Ordinal) ? portal.Process : bridge;
}
