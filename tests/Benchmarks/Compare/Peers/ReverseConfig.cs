using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>Configurations of a reverse tunnel in V2Ray's form, which V2Ray and our programs both read. Nulls are left out.</summary>
internal static class ReverseConfig
{
    private const string Domain = "compare.example";

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The portal's.</summary>
    public static string Portal(
        object log, string protocol, object settings, object? streamSettings, IPEndPoint interconnect, IEnumerable<(IPEndPoint Door, int Target)> ways)
    {
        var doors = ways.Select(static (way, index) => (Tag: $"door{index}", way.Door, way.Target)).ToArray();
        return JsonSerializer.Serialize(
            new
            {
                log,
                reverse = new { portals = new[] { new { tag = "portal", domain = Domain } } },
                inbounds = (object[])
                [
                    new { tag = "interconnect", listen = interconnect.Address.ToString(), port = interconnect.Port, protocol, settings, streamSettings },
                    .. doors.Select(static door => new
                    {
                        tag = door.Tag,
                        listen = door.Door.Address.ToString(),
                        port = door.Door.Port,
                        protocol = "dokodemo-door",
                        settings = new { address = "127.0.0.1", port = door.Target, network = "tcp" },
                    }),
                ],
                routing = new
                {
                    rules = new[] { "interconnect" }.Concat(doors.Select(static door => door.Tag))
                        .Select(static tag => new { type = "field", inboundTag = new[] { tag }, outboundTag = "portal" }),
                },
            },
            Written);
    }

    /// <summary>The bridge's. It connects to the target that the portal names.</summary>
    public static string Bridge(object log, string protocol, object settings, object? streamSettings) => JsonSerializer.Serialize(
        new
        {
            log,
            reverse = new { bridges = new[] { new { tag = "bridge", domain = Domain } } },
            outbounds = new object[]
            {
                new { tag = "out", protocol = "freedom" },
                new { tag = "interconnect", protocol, settings, streamSettings },
            },
            routing = new
            {
                rules = new object[]
                {
                    new { type = "field", inboundTag = new[] { "bridge" }, domain = new[] { $"full:{Domain}" }, outboundTag = "interconnect" },
                    new { type = "field", inboundTag = new[] { "bridge" }, outboundTag = "out" },
                },
            },
        },
        Written);
}
