using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Chain;

/// <summary>Two hops, each with an interconnect of its own; the process in the middle is a bridge and a portal.</summary>
public sealed class ChainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int DownloadBytes = 6_000_000;
    private const int UploadBytes = 2_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData("tunnel", "vmess+ws", false)]
    [InlineData("vmess+ws", "tunnel", false)]
    [InlineData("tunnel+ws", "tunnel", true)]
    public async Task A_chain_carries_ends_and_outlives_its_middle(string first, string second, bool native)
    {
        var (hopA, hopB) = (new ChainHop(first, "first.example"), new ChainHop(second, "second.example"));
        var download = Own(TcpTargets.AnswerAfterEnd(DownloadBytes, TimeSpan.Zero));
        var echo = Own(TcpTargets.Echo());
        var known = Own(TcpTargets.Named("known"));
        var portal = Run("first", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("first", ChainConfigurations.First(hopA))], Files.MakeDirectory("a"));
        var middle = StartMiddle(hopA, hopB);
        Run("last", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("last", ChainConfigurations.Last(hopB, download, echo, known))]);
        await portal.WaitForLineAsync(LogLines.BridgeConnected);
        await middle.WaitForLineAsync(LogLines.BridgeConnected);
        var doors = portal.Output.Lines().Select(line => LogLines.Serving.Match(line.Text)).Where(match => match.Success).Select(AddressOf).ToArray();
        Assert.Equal(3, doors.Length);

        await AssertServedAsync(doors[0], doors[1]);
        Assert.Equal(native ? "known" : "hello", await AskFromAsync(ChainConfigurations.KnownSource, doors[1], "hello"));

        // That the target refuses crosses too; the reason does where every hop can carry it.
        using (var refused = await Visitor.ConnectAsync(doors[2]))
        {
            Assert.Equal(0, await refused.ReadUntilClosedAsync(Limit));
        }

        if (native)
        {
            await portal.WaitForLineAsync(LogLines.TargetFailed);
        }

        // A visitor whose way is cut must learn of it; those who come later have a new one.
        using var cut = await Visitor.ConnectAsync(doors[1]);
        await cut.SendAsync("x"u8.ToArray());
        await cut.ReadExactlyAsync(new byte[1]);
        middle.Kill();
        await middle.WaitForExitAsync();
        StartMiddle(hopA, hopB);
        Assert.Equal(0, await cut.ReadUntilClosedAsync(Limit));
        await Eventually.HoldsAsync(
            async () => string.Equals(await TryAskAsync(doors[1], "again"), "again", StringComparison.Ordinal),
            Limit,
            () => "no visitor was served after the restart");
        await AssertServedAsync(doors[0], doors[1]);
    }

    private static async Task AssertServedAsync(EndPoint download, EndPoint echo)
    {
        // The answer begins after the visitor's half-close has crossed both hops.
        using var visitor = await Visitor.ConnectAsync(download);
        visitor.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(SHA256.HashData(Pattern.First(DownloadBytes)), SHA256.HashData(await visitor.ReadToEndAsync()));

        using var speaker = await Visitor.ConnectAsync(echo);
        var echoed = speaker.ReadToEndAsync();
        await speaker.SendAsync(Pattern.First(UploadBytes));
        speaker.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(SHA256.HashData(Pattern.First(UploadBytes)), SHA256.HashData(await echoed));
    }

    private static async Task<string> AskFromAsync(string source, IPEndPoint endPoint, string text)
    {
        using var visitor = await Visitor.ConnectAsync(endPoint, from: IPAddress.Parse(source));
        await visitor.SendAsync(System.Text.Encoding.UTF8.GetBytes(text));
        visitor.Socket.Shutdown(SocketShutdown.Send);
        return System.Text.Encoding.UTF8.GetString(await visitor.ReadToEndAsync());
    }

    private ProgramProcess StartMiddle(ChainHop first, ChainHop second) => Run(
        "middle",
        ProgramFiles.Portal,
        ["run", "-c", WriteConfiguration("middle", ChainConfigurations.Middle(first, second))],
        Files.MakeDirectory("b"));
}
