using System.Net.Sockets;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>SIGTERM lets what is under way finish, within a limit.</summary>
public sealed class DrainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    // Far more than the windows and socket buffers on the way can hold, so most of it still has to pass both programs.
    private const long Length = 192 * 1024 * 1024;
    private const long ReadBefore = 1024 * 1024;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Programs => ["portal", "bridge"];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_download_under_way_is_finished(string program)
    {
        var (portal, bridge) = await StartPairAsync(TcpTargets.Source(Length));
        var process = Choose(program, portal, bridge);
        using var visitor = await Visitor.ConnectAsync(portal.Public);
        await visitor.ReadPatternAsync(0, ReadBefore);

        process.Terminate();
        await Task.Run(() => visitor.ReadPatternAsync(ReadBefore, Length - ReadBefore));
        Assert.Empty(await visitor.ReadToEndAsync());
        visitor.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await process.WaitForExitAsync(DrainLimit + Slack));
    }

    // Both at once: the limit is all that the test waits for.
    [Fact]
    public async Task A_visitor_who_does_not_finish_is_not_waited_for_beyond_the_limit()
    {
        var ends = new List<Task>();
        foreach (var program in Programs.Select(static (object[] row) => (string)row[0]))
        {
            var (portal, bridge) = await StartPairAsync(TcpTargets.Echo());
            ends.Add(EndsByItselfAsync(Choose(program, portal, bridge), portal));
        }

        await Task.WhenAll(ends);
    }

    private static async Task EndsByItselfAsync(ProgramProcess process, PortalProgram portal)
    {
        using var visitor = await Visitor.ConnectAsync(portal.Public);
        await visitor.SendAsync(Pattern.First(1));
        await visitor.ReadPatternAsync(0, 1);

        process.Terminate();

        Assert.Equal(0, await process.WaitForExitAsync(DrainLimit + Slack));
        Assert.Equal(0, await visitor.ReadUntilClosedAsync(Slack));
    }

    private static ProgramProcess Choose(string program, PortalProgram portal, ProgramProcess bridge) =>
        string.Equals(program, "portal", StringComparison.Ordinal) ? portal.Process : bridge;
}
