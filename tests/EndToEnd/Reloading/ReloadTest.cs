using System.Net;
using System.Text.Json.Nodes;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Reloading;

/// <summary>A portal and a bridge whose configuration files a test changes while they run.</summary>
public abstract class ReloadTest(ITestOutputHelper output) : EndToEndTest(output)
{
    private string _portalFile = string.Empty;
    private string _bridgeFile = string.Empty;

    /// <summary>What the portal's file says; written by <see cref="WritePortal"/>.</summary>
    protected JsonObject PortalJson { get; private set; } = [];

    /// <summary>What the bridge's file says; written by <see cref="WriteBridge"/>.</summary>
    protected JsonObject BridgeJson { get; private set; } = [];

    /// <summary>The portal.</summary>
    protected PortalProgram Portal { get; private set; } = null!;

    /// <summary>The bridge.</summary>
    protected ProgramProcess Bridge { get; private set; } = null!;

    /// <summary>Starts both, for one domain, and waits until they are ready.</summary>
    /// <param name="to">The target.</param>
    protected async Task StartAsync(string to)
    {
        var key = TestKey.New();

        // A port of the test's own choice: a listener that is opened again must have the same one.
        PortalJson = JsonNode.Parse(Configurations.Portal(Domain, key, FreePort.Next(), FreePort.Next()))!.AsObject();
        _portalFile = WriteConfiguration("portal", PortalJson.ToJsonString());
        var state = Files.MakeDirectory("state");
        var process = Run("portal", ProgramFiles.Portal, ["run", "-c", _portalFile], state);
        Portal = await ReadyAsync(process, Domain, key, state);

        BridgeJson = JsonNode.Parse(Configurations.Bridge(Domain, key, to, [Portal.Interconnect]))!.AsObject();
        _bridgeFile = WriteConfiguration("bridge", BridgeJson.ToJsonString());
        Bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", _bridgeFile], state);
        await Bridge.WaitForLineAsync(LogLines.Connected);
        await Portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
    }

    /// <summary>Writes the portal's file as an editor does: beside the old one, and renames it.</summary>
    protected void WritePortal(string? text = null) => Replace(_portalFile, text ?? PortalJson.ToJsonString());

    /// <summary>Writes the bridge's file in the same way.</summary>
    protected void WriteBridge() => Replace(_bridgeFile, BridgeJson.ToJsonString());

    /// <summary><c>portal reload</c></summary>
    protected Task<ToolResult> ReloadPortalAsync() => RunToEndAsync(ProgramFiles.Portal, "reload", "-c", _portalFile);

    /// <summary><c>bridge reload</c></summary>
    protected Task<ToolResult> ReloadBridgeAsync() => RunToEndAsync(ProgramFiles.Bridge, "reload", "-c", _bridgeFile);

    /// <summary>Writes the portal's file and waits until the portal has taken it over.</summary>
    protected async Task<string> ChangePortalAsync()
    {
        WritePortal();
        return await DoneAsync(ReloadPortalAsync());
    }

    /// <summary>Writes the bridge's file and waits until the bridge has taken it over.</summary>
    protected async Task<string> ChangeBridgeAsync()
    {
        WriteBridge();
        return await DoneAsync(ReloadBridgeAsync());
    }

    /// <summary>Gives the portal a further inbound, whose visitors go the same way as the others.</summary>
    protected int AddDoor(string tag)
    {
        var port = FreePort.Next();
        Array(PortalJson, "inbounds").Add(new JsonObject
        {
            ["tag"] = tag,
            ["listen"] = IPAddress.Loopback.ToString(),
            ["port"] = port,
            ["protocol"] = "dokodemo-door",
            ["settings"] = new JsonObject { ["address"] = "127.0.0.1", ["port"] = 80 },
        });
        var routing = PortalJson["routing"] as JsonObject ?? new JsonObject();
        PortalJson["routing"] = routing;
        Array(routing, "rules").Add(new JsonObject { ["type"] = "field", ["inboundTag"] = tag, ["outboundTag"] = "portal" });
        return port;
    }

    /// <summary>Takes it away.</summary>
    protected void RemoveDoor(string tag)
    {
        Remove(Array(PortalJson, "inbounds"), item => (string?)item["tag"] == tag);
        Remove(Array(PortalJson["routing"]!.AsObject(), "rules"), item => (string?)item["inboundTag"] == tag);
    }

    /// <summary>Gives both files a further virtual domain, <c>NAME.example</c>, with a public port and a target of its own, over the same listener.</summary>
    protected void AddDomain(string name, int publicPort, string to)
    {
        Array(PortalJson["reverse"]!.AsObject(), "portals").Add(new JsonObject
        {
            ["tag"] = name,
            ["domain"] = $"{name}.example",
            ["listen"] = (string)PortalJson["reverse"]!["portals"]![0]!["listen"]!,
            ["public"] = $"127.0.0.1:{publicPort}",
        });
        Array(BridgeJson["reverse"]!.AsObject(), "bridges").Add(new JsonObject
        {
            ["tag"] = $"{name}-bridge",
            ["domain"] = $"{name}.example",
            ["dial"] = (string)BridgeJson["reverse"]!["bridges"]![0]!["dial"]!,
            ["to"] = to,
        });
    }

    /// <summary>The array of a name, made where there is none.</summary>
    protected static JsonArray Array(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray array)
        {
            parent[name] = array = [];
        }

        return array;
    }

    private static void Remove(JsonArray items, Func<JsonNode, bool> match) => items.Remove(items.Single(item => match(item!)));

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + "~", text);
        File.Move(path + "~", path, overwrite: true);
    }

    private static async Task<string> DoneAsync(Task<ToolResult> reload)
    {
        var result = await reload;
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Text;
    }
}
