using System.Net;
using System.Net.Sockets;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A test with a web front on a portal, and an application behind a bridge.</summary>
public abstract class WebTunnelTest(ITestOutputHelper output) : EndToEndTest(output)
{
    /// <summary>The host that visitors ask for.</summary>
    protected const string Host = "app.test";

    /// <summary>A route that gives everything to the bridge's service, which sees the host that was asked for.</summary>
    protected const string EverythingHome = """{ "path": "/", "to": "http://service.test", "via": "home", "host": "$visited" }""";

    /// <summary>Starts both, and waits until a visitor would be served.</summary>
    /// <param name="to">The bridge's service.</param>
    /// <param name="routes">Items of <c>routes</c>.</param>
    /// <param name="streamSettings">An object, of the web inbound.</param>
    protected async Task<WebTunnel> StartTunnelAsync(string to, string routes = EverythingHome, string streamSettings = "{}")
    {
        var key = TestKey.New();
        var web = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = WriteConfiguration("portal", $$"""
            {
              "log": { "loglevel": "info" },
              "reverse": { "portals": [ { "tag": "home", "domain": "{{Domain}}" } ] },
              "inbounds": [
                {
                  "tag": "web", "listen": "127.0.0.1", "port": {{web.Port}}, "protocol": "web", "streamSettings": {{streamSettings}},
                  "settings": { "sites": [ { "hosts": [ "{{Host}}" ], "routes": [ {{routes}} ] } ] }
                },
                {
                  "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "tunnel",
                  "settings": { "clients": [ { "key": "{{key}}", "domains": [ "{{Domain}}" ] } ] }
                }
              ],
              "routing": { "rules": [ { "type": "field", "inboundTag": [ "interconnect" ], "outboundTag": "home" } ] }
            }
            """);
        var portal = Run("portal", ProgramFiles.Portal, ["run", "-c", configuration]);
        var interconnect = AddressOf(await portal.WaitForLineAsync(LogLines.InterconnectListening));
        var bridge = StartBridge(key, to, [interconnect]);
        await portal.WaitForLineAsync(LogLines.BridgeConnected);
        await ListensAsync(portal, web);
        return new WebTunnel(configuration, web, portal, bridge);
    }

    /// <summary>Waits until something takes connections there.</summary>
    protected static Task ListensAsync(ProgramProcess process, EndPoint endPoint) => Eventually.HoldsAsync(
        async () =>
        {
            Assert.False(process.HasExited, $"{process.Name} has ended:\n{process.Output.Text()}");
            try
            {
                using var visitor = await Visitor.ConnectAsync(endPoint);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        ProgramProcess.DefaultPatience,
        () => $"nothing listens on {endPoint}:\n{process.Output.Text()}");

    /// <summary>A client that dials this, whatever the address asked for; for each request anew if it keeps no connections.</summary>
    protected HttpClient ClientOf(EndPoint endPoint, bool keepsConnections = true) => Own(new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = keepsConnections ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        ConnectCallback = async (_, cancellation) =>
        {
            var protocol = endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
            await socket.ConnectAsync(endPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }));

    /// <summary>The folder of an application that stands beside the tests.</summary>
    protected static string SiteFolder(string name) => Path.Combine(AppContext.BaseDirectory, "Applications", "Sites", name);
}
