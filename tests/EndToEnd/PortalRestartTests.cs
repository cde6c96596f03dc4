using System.Diagnostics;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A portal that dies and returns has its bridge back without anybody's help.</summary>
public sealed class PortalRestartTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_bridge_is_back_soon_after_the_portal()
    {
        var portal = await StartMortalPortalAsync();
        var bridge = await ConnectBridgeAsync(portal, Own(TcpTargets.Named("home")).Address);
        await ServedAsync(portal.Public, "home", Limit);

        portal.Process.Kill();
        await portal.Process.WaitForExitAsync();
        await bridge.WaitForLineAsync(LogLines.Interrupted);

        // Long enough for the waits between the bridge's attempts to have grown to their bound.
        await bridge.WaitForLineAsync(LogLines.CannotResumeYet);
        await Task.Delay(TimeSpan.FromSeconds(4));

        var mark = bridge.Output.Count;
        portal = await StartAgainAsync(portal);
        var up = Stopwatch.GetTimestamp();
        await ServedAsync(portal.Public, "home", Limit);
        Output.WriteLine($"served {Stopwatch.GetElapsedTime(up).TotalSeconds:0.00} s after the portal was up");

        Assert.False(bridge.HasExited);
        await bridge.WaitForLineAsync(LogLines.Connected, from: mark);
    }
}
