using System.Net;
using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Web;

/// <summary>One way to the same files: its name, its address, and the processes that are charged for it.</summary>
internal sealed class WebFront(string name, IPEndPoint endPoint, IReadOnlyList<IAsyncDisposable> owned) : IAsyncDisposable
{
    public string Name => name;

    public IPEndPoint EndPoint => endPoint;

    /// <summary>nginx with the files, that all others stand before.</summary>
    public static WebFront Direct(Nginx origin) => new("direct", At(origin.Port), []);

    /// <summary>nginx as a proxy.</summary>
    public static async Task<WebFront> NginxAsync(Site site, Nginx origin)
    {
        var front = await Nginx.StartAsync(site, before: origin.Port);
        return new("nginx", At(front.Port), [front]);
    }

    /// <summary>Our portal, which dials the files' server itself.</summary>
    public static WebFront Portal(Site site, OurPrograms programs, Nginx origin)
    {
        var port = FreePort.Next();
        var portal = StartPortal(site, programs, port, $$"""{ "path": "/", "to": "http://127.0.0.1:{{origin.Port}}" }""", more: "");
        return new("portal", At(port), [portal]);
    }

    /// <summary>Our portal with a bridge, which dials the files' server.</summary>
    public static WebFront PortalAndBridge(Site site, OurPrograms programs, Nginx origin)
    {
        var (port, interconnect, key) = (FreePort.Next(), FreePort.Next(), TestKey.New());
        var portal = StartPortal(site, programs, port, """{ "path": "/", "to": "http://service.test", "via": "home" }""", $$"""
            ,{
              "tag": "interconnect", "listen": "127.0.0.1", "port": {{interconnect}}, "protocol": "tunnel",
              "settings": { "clients": [ { "key": "{{key}}", "domains": [ "home.example" ] } ] }
            }
            """);
        var file = Path.Combine(site.NewFolder(), "bridge.json");
        File.WriteAllText(file, $$"""
            {
              "log": { "loglevel": "warning" },
              "reverse": { "bridges": [ { "domain": "home.example", "dial": "tunnel://{{key}}@127.0.0.1:{{interconnect}}", "to": "127.0.0.1:{{origin.Port}}" } ] }
            }
            """);
        return new("portal+bridge", At(port), [portal, site.StartAtBridge("bridge", programs.Bridge, "run", "-c", file)]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in owned.Reverse())
        {
            await one.DisposeAsync();
        }
    }

    private static IPEndPoint At(int port) => new(IPAddress.Loopback, port);

    private static ProgramProcess StartPortal(Site site, OurPrograms programs, int port, string route, string more)
    {
        var folder = site.NewFolder();
        var file = Path.Combine(folder, "portal.json");
        File.WriteAllText(file, $$"""
            {
              "log": { "loglevel": "warning" },
              "reverse": { "portals": [ { "tag": "home", "domain": "home.example" } ] },
              "inbounds": [
                {
                  "tag": "web", "listen": "127.0.0.1", "port": {{port}}, "protocol": "web",
                  "settings": { "sites": [ { "routes": [ {{route}} ] } ] }
                }
                {{more}}
              ],
              "routing": { "rules": [ { "type": "field", "inboundTag": [ "interconnect" ], "outboundTag": "home" } ] }
            }
            """);
        return ProgramProcess.Start(
            "portal",
            programs.Portal,
            ["run", "-c", file],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["TUNNEL_STATE_DIR"] = folder });
    }
}
