using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A visitor who cannot be served is told so by a closed connection, and the log says why.</summary>
public sealed class UnservedVisitorTests(ITestOutputHelper output) : EndToEndTest(output)
{
    // "At once", on a machine that is busy with other tests.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Without_a_bridge_and_without_parking_the_connection_is_closed_at_once()
    {
        var portal = await StartPortalAsync(parking: false);
        await TurnedAwayAsync(portal.Public);

        var line = await portal.Process.WaitForLineAsync(LogLines.NoBridge);
        Assert.Equal(Domain, line.Groups["domain"].Value);
    }

    [Fact]
    public async Task Without_a_bridge_the_connection_waits_and_is_then_closed()
    {
        var portal = await StartPortalAsync(parking: new JsonObject { ["time"] = "1s" });
        await TurnedAwayAsync(portal.Public, "a question that nobody answers");

        await portal.Process.WaitForLineAsync(LogLines.Parking);
        await portal.Process.WaitForLineAsync(LogLines.NoBridge);
        var over = await portal.Process.WaitForLineAsync(LogLines.ParkingOver);
        Assert.Equal("1", over.Groups["turned"].Value);
    }

    [Fact]
    public async Task After_the_bridge_has_gone_the_connection_is_closed()
    {
        var portal = await StartPortalAsync(parking: false);
        var bridge = await ConnectBridgeAsync(portal, Own(TcpTargets.Named("home")).Address);
        Assert.Equal("home", await TryAskAsync(portal.Public));
        bridge.Kill();
        await portal.Process.WaitForLineAsync(LogLines.BridgeAway);

        await TurnedAwayAsync(portal.Public);
        await portal.Process.WaitForLineAsync(LogLines.NoBridge);
    }

    [Fact]
    public async Task When_the_target_is_down_the_connection_is_closed_and_the_next_is_served_once_it_is_up()
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var (portal, bridge) = await StartPairAsync(address.ToString());
        var mark = bridge.Output.Count;
        await TurnedAwayAsync(portal.Public);

        await bridge.WaitForLineAsync(LogLines.TargetFailed, from: mark);
        Assert.Contains(bridge.Output.Lines(mark), l => l.Text.Contains(address.ToString(), StringComparison.Ordinal));

        Own(TcpTargets.Echo(address));
        Assert.Equal("now", await Visitor.AskAsync(portal.Public, "now"));
    }

    [Fact]
    public async Task A_target_that_resets_closes_the_visitor()
    {
        var target = new TcpTarget(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[1], cancellation);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        });
        var (portal, _) = await StartPairAsync(target);
        using var visitor = await Visitor.ConnectAsync(portal.Public);
        await visitor.SendAsync(new byte[1]);

        Assert.Equal(0, await visitor.ReadUntilClosedAsync(Limit));
    }

    private static async Task TurnedAwayAsync(EndPoint endPoint, string question = "")
    {
        try
        {
            using var visitor = await Visitor.ConnectAsync(endPoint);
            await visitor.SendAsync(Encoding.UTF8.GetBytes(question));
            Assert.Equal(0, await visitor.ReadUntilClosedAsync(Limit));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It was closed before the visitor had a look.
        }
    }
}
