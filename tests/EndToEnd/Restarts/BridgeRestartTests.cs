using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Restarts;

/// <summary>A bridge that is replaced, restarted or killed under load: no request fails.</summary>
public sealed class BridgeRestartTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Rate = 200;

    // Longer than a round trip here: some requests are always under way.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    // Where the machine is busy a program takes many seconds to start, and each second brings 200 visitors.
    private static readonly JsonObject Parking = new() { ["time"] = "1m", ["visitors"] = 16384 };

    [Fact]
    public async Task Killed_again_and_again_and_started_again_by_its_supervisor()
    {
        var portal = await StartPortalAsync(parking: Parking.DeepClone());
        var target = Own(HttpTarget.Create("home", Wait));

        // A supervisor starts the same command: so the portal knows that what the old process left will not be taken up again.
        var configuration = WriteConfiguration("bridge", Configurations.Bridge(Domain, portal.Key, target.Address, [portal.Interconnect]));
        var bridge = await StartAsync("bridge 1");
        await using var load = new RequestLoad(portal.Public, "home", Rate);
        for (var kill = 0; kill < 2; kill++)
        {
            await Task.Delay(Between);
            bridge.Kill();
            await bridge.WaitForExitAsync();
            bridge = await StartAsync($"bridge {kill + 2}");
        }

        await ServedAllAsync(load);
        await portal.Process.WaitForLineAsync(LogLines.Parking);
        Assert.NotEqual("0", (await portal.Process.WaitForLineAsync(LogLines.ParkingOver)).Groups["served"].Value);

        async Task<ProgramProcess> StartAsync(string name)
        {
            var mark = portal.Log.Count;
            var process = Run(name, ProgramFiles.Bridge, ["run", "-c", configuration]);
            await portal.Process.WaitForLineAsync(LogLines.BridgeConnected, from: mark);
            return process;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replaced_by_another_one(bool newOneFirst)
    {
        var portal = await StartPortalAsync(parking: Parking.DeepClone());
        var target = Own(HttpTarget.Create("home", Wait));
        var old = await ConnectBridgeAsync(portal, target.Address);
        await using var load = new RequestLoad(portal.Public, "home", Rate);
        await Task.Delay(Between);
        if (!newOneFirst)
        {
            old.Terminate();

            // What a supervisor takes between the two.
            await Task.Delay(Between);
        }

        await ConnectBridgeAsync(portal, target.Address, "new bridge");
        if (newOneFirst)
        {
            old.Terminate();
        }

        Assert.Equal(0, await old.WaitForExitAsync(DrainLimit));
        await Task.Delay(Between);
        await ServedAllAsync(load);
        Assert.Empty(load.Torn);
        Assert.Equal(!newOneFirst, portal.Log.CountOf(LogLines.Parking) > 0);
    }

    private async Task ServedAllAsync(RequestLoad load)
    {
        await load.StopAsync();
        Output.WriteLine($"{load.Served} requests served; torn: {string.Join("; ", load.Torn)}");
        Assert.Empty(load.Failures);
        Assert.True(load.Served > Rate, $"only {load.Served} requests were sent");
    }
}
