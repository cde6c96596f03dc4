using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Reloading;

/// <summary>
/// Reload after reload under load: on routes that do not change no request is lost, and nothing piles up.
/// <c>TUNNEL_RELOADS=1000 dotnet test tests/EndToEnd --filter FullyQualifiedName~ManyReloads</c> is the long version.
/// </summary>
public sealed class ManyReloadsTests(ITestOutputHelper output) : ReloadTest(output)
{
    private const string Variable = "TUNNEL_RELOADS";
    private const int Short = 50;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_request_is_lost_and_nothing_piles_up()
    {
        var count = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : Short;
        await StartAsync(Own(TcpTargets.Echo()).Address);
        await using var load = SteadyVisitors.Start(Portal.Public);
        await using var download = await SteadyDownloadAsync();
        await load.WaitForMoreAsync(100);
        var programs = new[] { Portal.Process, Bridge };
        var descriptors = programs.Select(static program => ProcessFigures.OpenDescriptors(program.Id)).ToArray();
        var memory = programs.Select(static program => ProcessFigures.AnonymousBytes(program.Id)).ToArray();
        var started = Stopwatch.GetTimestamp();

        // In turn something is added, changed and removed, on both sides.
        for (var turn = 0; turn < count; turn++)
        {
            var program = programs[turn % 2];
            var mark = program.Output.Count;
            Edit(turn);
            program.HangUp();
            await program.WaitForLineAsync(LogLines.Reloaded, from: mark);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await load.WaitForMoreAsync(100);
        await download.VerifyUndisturbedAsync();
        Assert.Equal(0, load.Failures);
        await Eventually.HoldsAsync(
            () => Surplus(programs, descriptors).All(static surplus => surplus < 30), Limit, () => $"descriptors pile up: {string.Join(", ", Surplus(programs, descriptors))}");
        Output.WriteLine(
            $"{count} reloads in {elapsed.TotalSeconds:0.0} s, {load.Served} requests served, {load.Failures} failed; more descriptors: "
            + $"{string.Join(", ", Surplus(programs, descriptors))}; memory before and after, MiB: "
            + string.Join(", ", programs.Select((program, index) => $"{memory[index] >> 20} {ProcessFigures.AnonymousBytes(program.Id) >> 20}")));
    }

    private static IEnumerable<int> Surplus(IEnumerable<ProgramProcess> programs, int[] before) =>
        programs.Select((program, index) => ProcessFigures.OpenDescriptors(program.Id) - before[index]);

    private void Edit(int turn)
    {
        if (turn % 2 == 1)
        {
            BridgeJson["outbounds"] = turn % 4 == 1
                ? new JsonArray(new JsonObject { ["tag"] = $"extra-{turn}", ["protocol"] = "freedom" })
                : null;
            WriteBridge();
            return;
        }

        switch (turn % 6)
        {
            case 0:
                AddDoor("extra");
                break;
            case 2:
                Array(PortalJson, "inbounds").Last()!["settings"]!["port"] = turn + 1;
                break;
            default:
                RemoveDoor("extra");
                break;
        }

        WritePortal();
    }

    /// <summary>A stream that lives through all of it, on a domain of its own.</summary>
    private async Task<SteadyDownload> SteadyDownloadAsync()
    {
        var source = Own(TcpTargets.Source());
        var port = FreePort.Next();
        AddDomain("source", port, source.Address);
        await ChangePortalAsync();
        var mark = Portal.Log.Count;
        await ChangeBridgeAsync();
        await Portal.Process.WaitForLineAsync(LogLines.BridgeConnected, from: mark);
        return await SteadyDownload.StartAsync(new IPEndPoint(IPAddress.Loopback, port));
    }
}
