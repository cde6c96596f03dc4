using System.Text.Json;
using System.Text.Json.Nodes;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Chain;

/// <summary>The three configurations of a chain of two hops. The destination's port says which target a visitor wants.</summary>
public static class ChainConfigurations
{
    /// <summary>The visitors' address that the last bridge treats in a way of its own.</summary>
    public const string KnownSource = "127.0.0.2";

    private const int DownloadPort = 80;
    private const int EchoPort = 7;
    private const int NobodyPort = 9;

    /// <summary>The portal that visitors come to: the doors to the download, to the echo, and to a target where nobody listens.</summary>
    public static string First(ChainHop hop) => Json(new
    {
        log = new { loglevel = "info" },
        reverse = new { portals = new[] { new { tag = "portal", domain = hop.Domain } } },
        inbounds = new[] { Door(DownloadPort), Door(EchoPort), Door(NobodyPort), hop.Inbound() },
        routing = new { rules = new[] { Rule(["visitors", "interconnect"], "portal") } },
    });

    /// <summary>The bridge of the first hop, whose streams go straight into the portal of the second.</summary>
    public static string Middle(ChainHop first, ChainHop second) => Json(new
    {
        log = new { loglevel = "info" },
        reverse = new
        {
            bridges = new[] { new { tag = "bridge", domain = first.Domain } },
            portals = new[] { new { tag = "portal", domain = second.Domain } },
        },
        inbounds = new[] { second.Inbound() },
        outbounds = new[] { first.Outbound() },
        routing = new { rules = new[] { Dial(first), Rule(["bridge"], "portal"), Rule(["interconnect"], "portal") } },
    });

    /// <summary>The last bridge.</summary>
    public static string Last(ChainHop hop, TcpTarget download, TcpTarget echo, TcpTarget known) => Json(new
    {
        log = new { loglevel = "info" },
        reverse = new { bridges = new[] { new { tag = "bridge", domain = hop.Domain } } },
        outbounds = new[]
        {
            hop.Outbound(),
            Out("download", download.Address),
            Out("echo", echo.Address),
            Out("known", known.Address),
            Out("nobody", $"127.0.0.1:{FreePort.Next()}"),
        },
        routing = new
        {
            rules = new[]
            {
                Dial(hop),
                Rule(["bridge"], "known", "source", KnownSource),
                Rule(["bridge"], "download", "port", DownloadPort),
                Rule(["bridge"], "echo", "port", EchoPort),
                Rule(["bridge"], "nobody", "port", NobodyPort),
            },
        },
    });

    private static JsonObject Door(int destinationPort) => new()
    {
        ["tag"] = "visitors",
        ["listen"] = "127.0.0.1",
        ["port"] = 0,
        ["protocol"] = "dokodemo-door",
        ["settings"] = new JsonObject { ["address"] = "127.0.0.1", ["port"] = destinationPort },
    };

    private static JsonObject Out(string tag, string redirect) => new()
    {
        ["tag"] = tag,
        ["protocol"] = "freedom",
        ["settings"] = new JsonObject { ["redirect"] = redirect },
    };

    private static JsonObject Dial(ChainHop hop) => Rule(["bridge"], "dial", "domain", new JsonArray($"full:{hop.Domain}"));

    private static JsonObject Rule(string[] inboundTags, string outboundTag, string? condition = null, JsonNode? value = null)
    {
        var rule = new JsonObject { ["type"] = "field", ["inboundTag"] = new JsonArray([.. inboundTags]), ["outboundTag"] = outboundTag };
        if (condition is not null)
        {
            rule[condition] = value;
        }

        return rule;
    }

    private static string Json(object value) => JsonSerializer.Serialize(value);
}
