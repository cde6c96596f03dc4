using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Parking;

/// <summary>Visitors who come before the bridge.</summary>
public sealed class ParkingTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // Far longer than the test takes.
    private const string Long = "10m";

    [Fact]
    public async Task They_are_served_when_it_comes_with_all_they_have_said()
    {
        var target = Own(TcpTargets.Echo());
        var portal = await StartPortalAsync(parking: Parking(Long, 16));
        var visitors = new List<Task<string>>();
        for (var number = 0; number < 8; number++)
        {
            visitors.Add(Visitor.AskAsync(portal.Public, $"visitor {number}", TimeSpan.FromMinutes(1)));
        }

        await portal.Process.WaitForLineAsync(LogLines.Parking);
        await ConnectBridgeAsync(portal, target.Address);

        Assert.Equal(Enumerable.Range(0, 8).Select(number => $"visitor {number}"), await Task.WhenAll(visitors));
    }

    [Fact]
    public async Task Beyond_the_places_HTTP_visitors_and_others_are_turned_away_and_one_who_leaves_makes_room()
    {
        var target = Own(TcpTargets.Echo());
        var portal = await StartPortalAsync(parking: Parking(Long, 1));
        using var first = await Visitor.ConnectAsync(portal.Public);
        await portal.Process.WaitForLineAsync(LogLines.Parking);

        using (var second = await Visitor.ConnectAsync(portal.Public))
        {
            Assert.Equal(0, await second.ReadUntilClosedAsync(Limit));
        }

        first.Dispose();
        await portal.Process.WaitForLineAsync(LogLines.ParkingOver);
        var third = Visitor.AskAsync(portal.Public, "third", TimeSpan.FromMinutes(1));
        await ConnectBridgeAsync(portal, target.Address);
        Assert.Equal("third", await third);
    }

    [Fact]
    public async Task A_visitor_who_speaks_HTTP_is_told_so_when_no_bridge_comes()
    {
        var portal = await StartPortalAsync(parking: Parking("1s", 1));
        using var visitor = await Visitor.ConnectAsync(portal.Public);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: home\r\n\r\n"u8.ToArray());

        AssertUnavailable(Encoding.ASCII.GetString(await visitor.ReadToEndAsync(Limit)));
    }

    [Fact]
    public async Task A_client_of_an_HTTP_proxy_is_told_so_at_once_where_nobody_may_wait()
    {
        var (process, address) = await StartProxyAsync(parking: false);
        using var visitor = await Visitor.ConnectAsync(address);
        await visitor.SendAsync("GET http://web.example/ HTTP/1.1\r\nHost: web.example\r\n\r\n"u8.ToArray());

        AssertUnavailable(Encoding.ASCII.GetString(await visitor.ReadToEndAsync(Limit)));
        await process.WaitForLineAsync(LogLines.NoBridge);
    }

    [Fact]
    public async Task A_visitor_whose_protocol_was_sniffed_is_told_so_at_once_where_nobody_may_wait()
    {
        var (_, address) = await StartProxyAsync(parking: false, protocol: "dokodemo-door");
        using var visitor = await Visitor.ConnectAsync(address);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n"u8.ToArray());

        AssertUnavailable(Encoding.ASCII.GetString(await visitor.ReadToEndAsync(Limit)));
    }

    private static JsonObject Parking(string time, int visitors) => new() { ["time"] = time, ["visitors"] = visitors };

    private static void AssertUnavailable(string answer)
    {
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", answer, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\nNo bridge of {Domain} is connected.\n", answer, StringComparison.Ordinal);
    }

    private async Task<(Testing.Programs.ProgramProcess Process, IPEndPoint Address)> StartProxyAsync(bool parking, string protocol = "http")
    {
        var port = FreePort.Next();
        var settings = protocol == "http" ? new JsonObject() : new JsonObject { ["address"] = "127.0.0.1", ["port"] = 80 };
        var configuration = new JsonObject
        {
            ["inbounds"] = new JsonArray(new JsonObject
            {
                ["listen"] = "127.0.0.1",
                ["port"] = port,
                ["protocol"] = protocol,
                ["settings"] = settings,
                ["sniffing"] = new JsonObject { ["enabled"] = protocol != "http" },
            }),
            ["reverse"] = new JsonObject { ["portals"] = new JsonArray(new JsonObject { ["tag"] = "portal", ["domain"] = Domain, ["parking"] = parking }) },
        };
        var process = Run("portal", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("portal", configuration.ToJsonString())]);
        var address = new IPEndPoint(IPAddress.Loopback, port);
        await Eventually.HoldsAsync(() => CanConnectAsync(address), Limit, () => $"nobody listens on {address}:\n{process.Output.Text()}");
        return (process, address);
    }

    private static async Task<bool> CanConnectAsync(IPEndPoint address)
    {
        try
        {
            using var visitor = await Visitor.ConnectAsync(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
