using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Restarts;

/// <summary>A portal that is replaced under load, with sockets that outlive it: no request fails.</summary>
public sealed class PortalReplacementTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Rate = 200;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    private readonly string _key = TestKey.New();
    private PassedSockets _sockets = null!;

    public override Task InitializeAsync()
    {
        _sockets = Own(new PassedSockets(2));
        return base.InitializeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task By_another_process_on_the_same_sockets(bool newOneFirst)
    {
        var target = Own(HttpTarget.Create("home", Wait));
        var state = Files.MakeDirectory("state-portal");
        var old = await StartAsync("old portal", state);
        await ConnectBridgeAsync(old, target.Address);
        await using var load = new RequestLoad(old.Public, "home", Rate);
        await Task.Delay(Between);

        PortalProgram? next = newOneFirst ? await StartAsync("new portal", state) : null;
        old.Process.Terminate();
        Assert.Equal(0, await old.Process.WaitForExitAsync(DrainLimit));
        next ??= await StartAsync("new portal", state);
        await next.Process.WaitForLineAsync(LogLines.BridgeConnected);
        await Task.Delay(Between);

        await load.StopAsync();
        Output.WriteLine($"{load.Served} requests served");
        Assert.Empty(load.Failures);
        Assert.Empty(load.Torn);
        Assert.True(load.Served > Rate, $"only {load.Served} requests were sent");
    }

    private Task<PortalProgram> StartAsync(string name, string stateDirectory)
    {
        // Where the machine is busy a program takes many seconds to start, and each second brings 200 visitors.
        var parking = new JsonObject { ["time"] = "1m", ["visitors"] = 16384 };
        var configuration = WriteConfiguration(
            "portal", Configurations.Portal(Domain, _key, _sockets.EndPoints[0].Port, _sockets.EndPoints[1].Port, parking: parking));
        var process = Run(name, PassedSockets.Launcher, _sockets.Arguments(ProgramFiles.Portal, "run", "-c", configuration), stateDirectory);
        return ReadyAsync(process, Domain, _key, stateDirectory);
    }
}
