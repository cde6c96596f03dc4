using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Reloading;

/// <summary>A program that runs takes another configuration over, and what did not change does not notice.</summary>
public sealed partial class ReloadTests(ITestOutputHelper output) : ReloadTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [GeneratedRegex(@"(?<!bridge )\bconnected: home\.example", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Connected { get; }

    [GeneratedRegex(@"\[Error\] .*\.json:2:56: error: ", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamedProblem { get; }

    [Fact]
    public async Task Live_connections_survive_what_is_added_changed_and_removed_beside_them()
    {
        const int Length = 64 * 1024 * 1024;
        var source = Own(TcpTargets.Source(Length));
        var echo = Own(TcpTargets.Echo());
        await StartAsync(source.Address);

        // A second domain beside the first, on both sides, for connections that talk.
        var echoPort = FreePort.Next();
        AddDomain("talk", echoPort, echo.Address);
        using var download = await Visitor.ConnectAsync(Portal.Public);
        await download.ReadPatternAsync(0, 1024 * 1024);
        Assert.Contains("portal talk", await ChangePortalAsync(), StringComparison.Ordinal);
        var said = await ChangeBridgeAsync();
        Assert.Contains("added ", said, StringComparison.Ordinal);
        Assert.Contains("bridge talk-bridge", said, StringComparison.Ordinal);
        using var talk = await ConnectWhenServedAsync(echoPort);

        // Something is added, something changed, and something taken away, each time with both connections in the middle.
        var doorPort = AddDoor("door");
        Assert.Contains("added inbound door;", await ChangePortalAsync(), StringComparison.Ordinal);
        await SayAsync(talk, 0);
        using (var late = await Visitor.ConnectAsync(new IPEndPoint(IPAddress.Loopback, doorPort)))
        {
            await late.ReadPatternAsync(0, 1024);

            PortalJson["inbounds"]![0]!["sniffing"] = new JsonObject { ["enabled"] = true };
            Assert.StartsWith("reloaded", await ChangePortalAsync(), StringComparison.Ordinal);
            using var again = await Visitor.ConnectAsync(new IPEndPoint(IPAddress.Loopback, doorPort));
            await again.ReadPatternAsync(0, 1024);

            RemoveDoor("door");
            Assert.Contains("removed inbound door", await ChangePortalAsync(), StringComparison.Ordinal);
            await Assert.ThrowsAsync<SocketException>(async () => await Visitor.ConnectAsync(new IPEndPoint(IPAddress.Loopback, doorPort)));

            // Who came through the door before it was closed stays until the end.
            await late.ReadPatternAsync(1024, 1024 * 1024);
            await again.ReadPatternAsync(1024, 1024 * 1024);
        }

        BridgeJson["outbounds"] = new JsonArray(new JsonObject { ["tag"] = "unused", ["protocol"] = "blackhole" });
        Assert.Contains("added outbound unused", await ChangeBridgeAsync(), StringComparison.Ordinal);
        await SayAsync(talk, 1);
        await download.ReadPatternAsync(1024 * 1024, Length - (1024 * 1024));
        Assert.Empty(await ReadRestAsync(download));
        Assert.Equal(1, Bridge.Output.CountOf(Connected));
    }

    [Fact]
    public async Task A_bad_file_changes_nothing_and_the_problems_are_named()
    {
        await StartAsync(Own(TcpTargets.Named("home")).Address);
        WritePortal("""
            { "log": { "loglevel": "info" },
              "inbounds": [ { "protocol": "dokodemo-door", "port": "a" } ] }
            """);
        var result = await ReloadPortalAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(".json:2:56: error: $.inbounds[0].port: found the string 'a'", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing has changed", result.Error, StringComparison.Ordinal);
        await Portal.Process.WaitForLineAsync(NamedProblem);
        await ServedAsync(Portal.Public, "home", Limit);

        // It is no trap: the next good one is taken.
        AddDoor("door");
        Assert.Contains("added inbound door;", await ChangePortalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_the_files_themselves_and_the_command_reload()
    {
        await StartAsync(Own(TcpTargets.Named("home")).Address);

        // By itself, and once only.
        var port = AddDoor("by-itself");
        var mark = Portal.Log.Count;
        WritePortal();
        var line = await Portal.Process.WaitForLineAsync(LogLines.Reloaded, from: mark);
        Assert.StartsWith("added inbound by-itself; changed rules; unchanged ", line.Groups["result"].Value, StringComparison.Ordinal);
        await ServedAsync(new IPEndPoint(IPAddress.Loopback, port), "home", Limit);

        // Under nohup programs ignore the signal, and so do these.
        if (!ProgramProcess.IsHangUpIgnored)
        {
            mark = Portal.Log.Count;
            Portal.Process.HangUp();
            line = await Portal.Process.WaitForLineAsync(LogLines.Reloaded, from: mark);
            Assert.Equal("nothing has changed", line.Groups["result"].Value);
        }

        var result = await ReloadPortalAsync();
        Assert.Equal(0, result.ExitCode);
        var lines = result.Text.Split('\n');
        Assert.EndsWith(": nothing has changed", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^the last change was taken over at \d\d:\d\d:\d\d: added inbound by-itself; changed rules; unchanged \d+$", lines[1]);

        // An address that is taken is a failure of that part alone.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        AddDoor("taken");
        PortalJson["inbounds"]![1]!["port"] = ((IPEndPoint)taken.LocalEndPoint!).Port;
        WritePortal();
        result = await ReloadPortalAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("inbound taken is not running: Cannot listen on 127.0.0.1:", result.Error, StringComparison.Ordinal);
        await ServedAsync(Portal.Public, "home", Limit);

        // The next reload tries it again.
        taken.Dispose();
        result = await ReloadPortalAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("added inbound taken; unchanged", result.Text, StringComparison.Ordinal);

        var unknown = await RunToEndAsync(ProgramFiles.Portal, "reload", "-c", Files.File("none.json"));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("No running portal answers for ", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_configuration_names_is_watched_too()
    {
        await StartAsync(Own(TcpTargets.Named("home")).Address);
        var list = Files.Write("blocked.txt", "203.0.113.0/24\n");
        PortalJson["outbounds"] = new JsonArray(
            new JsonObject { ["tag"] = "hole", ["protocol"] = "blackhole" });
        PortalJson["routing"] = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject { ["type"] = "field", ["source"] = $"ext:{list}", ["outboundTag"] = "hole" }),
        };
        Assert.Contains("added outbound hole", await ChangePortalAsync(), StringComparison.Ordinal);
        await ServedAsync(Portal.Public, "home", Limit);

        var mark = Portal.Log.Count;
        await File.WriteAllTextAsync(list, "127.0.0.1\n");
        var line = await Portal.Process.WaitForLineAsync(LogLines.Reloaded, from: mark);
        Assert.StartsWith("changed rules; unchanged ", line.Groups["result"].Value, StringComparison.Ordinal);
        Assert.NotEqual("home", await TryAskAsync(Portal.Public));

        mark = Portal.Log.Count;
        await File.WriteAllTextAsync(list, "127.0.0.x\n");
        await Portal.Process.WaitForLineAsync(LogLines.NotReloaded, from: mark);
        await File.WriteAllTextAsync(list, "# nobody\n");
        await Portal.Process.WaitForLineAsync(LogLines.Reloaded, from: mark);
        await ServedAsync(Portal.Public, "home", Limit);
    }

    private static async Task<Visitor> ConnectWhenServedAsync(int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        await ServedAsync(endPoint, "hello", "hello", Limit);
        return await Visitor.ConnectAsync(endPoint);
    }

    private static Task ServedAsync(EndPoint endPoint, string question, string answer, TimeSpan limit) => Testing.Eventually.HoldsAsync(
        async () => string.Equals(await TryAskAsync(endPoint, question), answer, StringComparison.Ordinal), limit, () => $"{endPoint} does not answer");

    private static async Task SayAsync(Visitor talk, int turn)
    {
        await talk.SendAsync(Pattern.At(turn * 1000, 1000));
        await talk.ReadPatternAsync(turn * 1000, 1000);
    }

    private static async Task<byte[]> ReadRestAsync(Visitor visitor)
    {
        visitor.Socket.Shutdown(SocketShutdown.Send);
        return await visitor.ReadToEndAsync();
    }
}
