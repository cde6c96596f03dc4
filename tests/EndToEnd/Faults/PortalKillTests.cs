using System.Diagnostics;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Faults;

/// <summary>A portal that is killed again and again finds its bridges back, and costs them nothing.</summary>
public sealed class PortalKillTests(ITestOutputHelper output) : FaultTest(output)
{
    private const int Bridges = 2;
    private const long Mebibyte = 1024 * 1024;

    // Sockets of a timer or a thread pool may come and go; one for each cycle is a leak.
    private const int DescriptorTolerance = 4;

    // What is compiled and pooled meanwhile; 1 MiB for each of 100 cycles would be a leak.
    private const long MemoryTolerance = 16 * Mebibyte;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(40);

    private static int Cycles => Full ? 100 : 5;

    [Fact]
    public async Task Bridges_are_back_soon_after_each_kill_and_hold_no_more_than_before()
    {
        var target = Own(TcpTargets.Named("home"));
        var portal = await StartMortalPortalAsync();
        var bridges = new List<ProgramProcess>();
        for (var i = 0; i < Bridges; i++)
        {
            bridges.Add(await ConnectBridgeAsync(portal, target.Address, $"bridge{i}"));
        }

        // The first kill runs code that has never run.
        portal = await KillAndReturnAsync(portal, bridges, []);
        await ServedAsync(portal.Public, "home", Limit);
        var descriptors = bridges.ConvertAll(bridge => ProcessFigures.OpenDescriptorsWithoutCode(bridge.Id));
        var memory = bridges.ConvertAll(bridge => ProcessFigures.AnonymousBytes(bridge.Id));

        var back = new List<TimeSpan>();
        for (var i = 0; i < Cycles; i++)
        {
            portal = await KillAndReturnAsync(portal, bridges, back);
        }

        await ServedAsync(portal.Public, "home", Limit);
        back.Sort();
        Output.WriteLine(
            $"{Cycles} kills: both bridges back {back[back.Count / 2].TotalSeconds:0.00} s (median), {back[^1].TotalSeconds:0.00} s (most) after the portal listened");
        for (var i = 0; i < Bridges; i++)
        {
            var (id, startDescriptors, startMemory) = (bridges[i].Id, descriptors[i], memory[i]);
            await Eventually.HoldsAsync(
                () => ProcessFigures.OpenDescriptorsWithoutCode(id) <= startDescriptors + DescriptorTolerance,
                SettleLimit,
                () => $"a bridge has {ProcessFigures.OpenDescriptorsWithoutCode(id)} descriptors, it had {startDescriptors}");
            await Eventually.HoldsAsync(
                () => ProcessFigures.AnonymousBytes(id) <= startMemory + MemoryTolerance,
                SettleLimit,
                () => $"a bridge holds {ProcessFigures.AnonymousBytes(id) / Mebibyte} MiB, it held {startMemory / Mebibyte} MiB");
            Output.WriteLine(
                $"{bridges[i].Name}: descriptors {startDescriptors} before, {ProcessFigures.OpenDescriptorsWithoutCode(id)} after; " +
                $"memory {(double)startMemory / Mebibyte:0.0} MiB before, {(double)ProcessFigures.AnonymousBytes(id) / Mebibyte:0.0} MiB after");
        }

        // Two seconds are promised, on a machine that does nothing else; here they are only printed.
        Assert.InRange(back[^1], TimeSpan.Zero, Limit);
    }

    private async Task<PortalProgram> KillAndReturnAsync(PortalProgram portal, List<ProgramProcess> bridges, List<TimeSpan> back)
    {
        var marks = bridges.ConvertAll(bridge => bridge.Output.Count);
        portal.Process.Kill();
        await portal.Process.WaitForExitAsync();
        var returned = await StartAgainAsync(portal);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < bridges.Count; i++)
        {
            await bridges[i].WaitForLineAsync(LogLines.Connected, Limit, marks[i]);
        }

        await Eventually.HoldsAsync(() => returned.Log.CountOf(LogLines.BridgeConnected) >= bridges.Count, Limit, () => "a bridge is not back");
        back.Add(Stopwatch.GetElapsedTime(start));
        return returned;
    }
}
