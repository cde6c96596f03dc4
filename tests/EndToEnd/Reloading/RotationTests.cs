using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Reloading;

/// <summary>The key of a tunnel is exchanged while visitors come and go, and none of them notices.</summary>
public sealed class RotationTests(ITestOutputHelper output) : ReloadTest(output)
{
    private const string Talk = "talk";

    [Fact]
    public async Task A_new_key_takes_the_place_of_the_old_one_with_no_failed_request()
    {
        await StartAsync(Own(TcpTargets.Echo()).Address);
        await using var load = SteadyVisitors.Start(Portal.Public);
        using var talk = await Visitor.ConnectAsync(Portal.Public);
        await SayAsync(talk, 0);
        await load.WaitForMoreAsync(20);

        // 1. The portal takes both keys. A client of its own for the new one, in the long form of the same listener.
        var portal = PortalJson["reverse"]!["portals"]![0]!.AsObject();
        var (before, after) = (Portal.Key, TestKey.New());
        portal["listen"] = ((string)portal["listen"]!).Replace(before, after, StringComparison.Ordinal);
        var longForm = JsonNode.Parse((await RunToEndAsync(ProgramFiles.Portal, "check", "--expand", "-c", WriteConfiguration("both", PortalJson.ToJsonString()))).Text)!.AsObject();
        PortalJson.Clear();
        foreach (var (name, value) in longForm.ToList())
        {
            longForm.Remove(name);
            PortalJson[name] = value;
        }

        var clients = PortalJson["inbounds"]!.AsArray().Single(inbound => (string?)inbound!["protocol"] == "tunnel")!["settings"]!["clients"]!.AsArray();
        clients.Clear();
        clients.Add(Client(before));
        clients.Add(Client(after));
        Assert.Contains("changed inbound portal-interconn;", await ChangePortalAsync(), StringComparison.Ordinal);

        // 2. The bridge changes over: new sessions first, then the old ones finish.
        var mark = Bridge.Output.Count;
        var bridge = BridgeJson["reverse"]!["bridges"]![0]!.AsObject();
        bridge["dial"] = ((string)bridge["dial"]!).Replace(before, after, StringComparison.Ordinal);
        Assert.Contains("changed outbound bridge-interconn;", await ChangeBridgeAsync(), StringComparison.Ordinal);
        await Bridge.WaitForLineAsync(LogLines.Connected, from: mark);
        await SayAsync(talk, 1);
        await load.WaitForMoreAsync(100);

        // 3. The portal forgets the old key. Who talks since before the change still talks.
        clients.RemoveAt(0);
        Assert.Contains("changed inbound portal-interconn;", await ChangePortalAsync(), StringComparison.Ordinal);
        await SayAsync(talk, 2);
        await load.WaitForMoreAsync(100);
        Assert.Equal(0, load.Failures);
        Assert.DoesNotContain(Portal.Log.Lines(), line => line.Text.Contains("listening", StringComparison.Ordinal) && line.Text.Contains(after, StringComparison.Ordinal));

        // A bridge with the old key is not let in any more.
        var late = StartBridge(before, "127.0.0.1:9", [Portal.Interconnect], name: "late");
        await late.WaitForLineAsync(LogLines.CannotConnect);
    }

    [Fact]
    public async Task A_wrong_key_leaves_the_bridge_on_the_old_one()
    {
        await StartAsync(Own(TcpTargets.Named("home")).Address);
        var bridge = BridgeJson["reverse"]!["bridges"]![0]!.AsObject();
        var good = (string)bridge["dial"]!;
        var mark = Bridge.Output.Count;
        bridge["dial"] = good.Replace(Portal.Key, TestKey.New(), StringComparison.Ordinal);
        await ChangeBridgeAsync();
        await Bridge.WaitForLineAsync(LogLines.CannotConnect, from: mark);
        await ServedAsync(Portal.Public, "home", TimeSpan.FromSeconds(5));

        mark = Bridge.Output.Count;
        bridge["dial"] = good;
        await ChangeBridgeAsync();
        await Bridge.WaitForLineAsync(LogLines.Connected, from: mark);
        await ServedAsync(Portal.Public, "home", TimeSpan.FromSeconds(5));
    }

    private static JsonObject Client(string key) => new() { ["key"] = key, ["domains"] = new JsonArray(Domain) };

    private static async Task SayAsync(Visitor talk, int turn)
    {
        await talk.SendAsync(Pattern.At(turn * Talk.Length, Talk.Length));
        await talk.ReadPatternAsync(turn * Talk.Length, Talk.Length);
    }
}
