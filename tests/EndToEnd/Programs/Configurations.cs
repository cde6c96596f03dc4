using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tunnel.EndToEnd.Programs;

/// <summary>The configurations that tests use, as a user would write them.</summary>
public static class Configurations
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A portal for one domain, in the short form.</summary>
    /// <param name="domain">The virtual domain.</param>
    /// <param name="key">The key.</param>
    /// <param name="interconnectPort">Where bridges connect.</param>
    /// <param name="publicPort">Where visitors connect.</param>
    /// <param name="host">The address of both.</param>
    /// <param name="parking">Null leaves it out; everything else stands in the file as it is.</param>
    public static string Portal(
        string domain, string key, int interconnectPort = 0, int publicPort = 0, string host = "127.0.0.1", JsonNode? parking = null)
    {
        var portal = new JsonObject
        {
            ["domain"] = domain,
            ["listen"] = $"tunnel://{key}@{host}:{interconnectPort}",
            ["public"] = new JsonArray($"{host}:{publicPort}"),
        };
        if (parking is not null)
        {
            portal["parking"] = parking;
        }

        return Json(new { log = new { loglevel = "info" }, reverse = new { portals = new[] { portal } } });
    }

    /// <summary>A bridge for one domain that dials every given portal.</summary>
    public static string Bridge(string domain, string key, string to, IReadOnlyList<EndPoint> portals, string? pin = null)
    {
        JsonNode dial = portals.Count == 1
            ? $"tunnel://{key}@{portals[0]}"
            : new JsonArray([.. portals.Select(p => (JsonNode)$"tunnel://{key}@{p}")]);
        var bridge = new JsonObject { ["domain"] = domain, ["dial"] = dial, ["to"] = to };
        if (pin is not null)
        {
            bridge["pin"] = pin;
        }

        return Json(new { log = new { loglevel = "info" }, reverse = new { bridges = new[] { bridge } } });
    }

    /// <summary>A portal in V2Ray's long form whose interconnect inbound has the given address and stream settings.</summary>
    public static string LongPortal(string domain, string key, string listen, object streamSettings) => Json(new
    {
        reverse = new { portals = new[] { new { tag = "portal", domain } } },
        inbounds = new object[]
        {
            new
            {
                tag = "visitors",
                listen = "127.0.0.1",
                port = 0,
                protocol = "dokodemo-door",
                settings = new { address = "127.0.0.1", port = 80, network = "tcp" },
            },
            new
            {
                tag = "interconnect",
                listen,
                port = 0,
                protocol = "tunnel",
                settings = new { clients = new[] { new { key, domains = new[] { domain } } } },
                streamSettings,
            },
        },
        routing = new
        {
            rules = new object[]
            {
                new { type = "field", inboundTag = new[] { "visitors" }, outboundTag = "portal" },
                new { type = "field", inboundTag = new[] { "interconnect" }, outboundTag = "portal" },
            },
        },
    });

    /// <summary>A bridge in V2Ray's long form.</summary>
    public static string LongBridge(string domain, string key, string to, string address, int port, object streamSettings) => Json(new
    {
        reverse = new { bridges = new[] { new { tag = "bridge", domain } } },
        outbounds = new object[]
        {
            new
            {
                tag = "interconnect",
                protocol = "tunnel",
                settings = new { servers = new[] { new { address, port, key } } },
                streamSettings,
            },
            new { tag = "out", protocol = "freedom", settings = new { redirect = to } },
        },
        routing = new
        {
            rules = new object[]
            {
                new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{domain}" }, outboundTag = "interconnect" },
                new { type = "field", inboundTag = new[] { "bridge" }, outboundTag = "out" },
            },
        },
    });

    private static string Json(object value) => JsonSerializer.Serialize(value, Indented);
}
