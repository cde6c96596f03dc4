using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Upstreams;

/// <summary>A bridge that reaches its portal only through a proxy of others.</summary>
public sealed class CorporateProxyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Megabyte = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [PeerTheory("microsocks", "tinyproxy")]
    [InlineData("socks")]
    [InlineData("http")]
    public async Task Visitors_are_served_through_the_proxy_and_again_after_it_restarts(string protocol)
    {
        var target = Own(TcpTargets.Source(Megabyte));
        var portal = await StartPortalAsync();
        var proxy = await StartProxyAsync(protocol, portal.Interconnect.Port);
        var bridge = StartShort(portal, target, proxy);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        await DownloadAsync(portal.Public);

        // Nothing goes around it: without it, there is no way.
        var mark = bridge.Output.Count;
        await proxy.KillAsync();
        await bridge.WaitForLineAsync(new Regex(@"cannot (connect|resume yet).*the (SOCKS5|HTTP) proxy is not there.*connection refused", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), from: mark);
        mark = bridge.Output.Count;
        await proxy.StartAgainAsync();
        await bridge.WaitForLineAsync(new Regex("(connected|connection resumed): ", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), from: mark);
        await DownloadAsync(portal.Public);
    }

    [PeerTheory("microsocks", "tinyproxy")]
    [InlineData("socks", "tcp")]
    [InlineData("http", "ws")]
    public async Task VMess_passes_the_proxy_too(string protocol, string network)
    {
        var target = Own(TcpTargets.Source(Megabyte));
        var id = Guid.NewGuid().ToString();
        var stream = $$"""{ "network": "{{network}}" }""";
        var configuration = WriteConfiguration("portal", $$"""
            {
              "log": { "loglevel": "info" },
              "reverse": { "portals": [ { "tag": "portal", "domain": "{{Domain}}" } ] },
              "inbounds": [
                { "tag": "visitors", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": 80 } },
                { "tag": "interconn", "listen": "127.0.0.1", "port": 0, "protocol": "vmess", "settings": { "clients": [ { "id": "{{id}}" } ] }, "streamSettings": {{stream}} }
              ],
              "routing": { "rules": [ { "type": "field", "inboundTag": [ "visitors", "interconn" ], "outboundTag": "portal" } ] }
            }
            """);
        var portal = await ReadyAsync(Run("portal", ProgramFiles.Portal, ["run", "-c", configuration]), Domain, id, string.Empty);
        var proxy = await StartProxyAsync(protocol, portal.Interconnect.Port);
        configuration = WriteConfiguration("bridge", $$"""
            {
              "log": { "loglevel": "info" },
              "reverse": { "bridges": [ { "tag": "bridge", "domain": "{{Domain}}" } ] },
              "outbounds": [
                { "tag": "out", "protocol": "freedom", "settings": { "redirect": "{{target.Address}}" } },
                {
                  "tag": "interconn", "protocol": "vmess", "streamSettings": {{stream}}, "proxySettings": { "tag": "corporate" },
                  "settings": { "vnext": [ { "address": "127.0.0.1", "port": {{portal.Interconnect.Port}}, "users": [ { "id": "{{id}}" } ] } ] }
                },
                {{Corporate(proxy)}}
              ],
              "routing": { "rules": [
                { "type": "field", "inboundTag": [ "bridge" ], "domain": [ "full:{{Domain}}" ], "outboundTag": "interconn" },
                { "type": "field", "inboundTag": [ "bridge" ], "outboundTag": "out" }
              ] }
            }
            """);
        await Run("bridge", ProgramFiles.Bridge, ["run", "-c", configuration]).WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        await DownloadAsync(portal.Public);
    }

    [PeerFact("tinyproxy")]
    public async Task A_proxy_that_forbids_the_port_or_the_user_is_named_and_dialled_again()
    {
        var target = Own(TcpTargets.Named("home"));
        var portal = await StartPortalAsync();
        var proxy = await StartProxyAsync("http", allowedPort: 443);
        var bridge = StartShort(portal, target, proxy);
        var line = await bridge.WaitForLineAsync(LogLines.CannotConnect);
        Assert.Contains($"the HTTP proxy at {proxy.EndPoint} refused CONNECT with HTTP status 403", line.Groups["reason"].Value, StringComparison.Ordinal);

        var stranger = StartShort(portal, target, proxy, password: "wrong");
        line = await stranger.WaitForLineAsync(LogLines.CannotConnect);
        Assert.Contains("HTTP status 40", line.Groups["reason"].Value, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", stranger.Output.Text(), StringComparison.Ordinal);

        // It asks again and again.
        var mark = proxy.Log.Count;
        await Eventually.HoldsAsync(() => Task.FromResult(proxy.Log.Count > mark), Limit, () => "the bridge does not dial again");
        Assert.False(bridge.HasExited || stranger.HasExited);
    }

    [PeerFact("microsocks")]
    public async Task A_portal_that_is_not_there_is_the_proxys_word()
    {
        var target = Own(TcpTargets.Named("home"));
        var key = TestKey.New();
        var port = FreePort.Next();
        var proxy = await StartProxyAsync("socks", port);
        var configuration = Short(key, new IPEndPoint(IPAddress.Loopback, port), target, proxy, ProxyProgram.Password);
        var bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", configuration)]);
        var line = await bridge.WaitForLineAsync(LogLines.CannotConnect);
        Assert.Contains("SOCKS reply 5", line.Groups["reason"].Value, StringComparison.Ordinal);

        var portal = await StartPortalAsync(key, interconnectPort: port);
        await ServedAsync(portal.Public, "home", Limit);
    }

    private static async Task DownloadAsync(EndPoint endPoint)
    {
        using var visitor = await Visitor.ConnectAsync(endPoint);
        await visitor.ReadPatternAsync(0, Megabyte, Limit);
    }

    private static string Corporate(ProxyProgram proxy, string password = ProxyProgram.Password) => $$"""
        {
          "tag": "corporate", "protocol": "{{proxy.Protocol}}",
          "settings": { "servers": [ { "address": "127.0.0.1", "port": {{proxy.EndPoint.Port}}, "users": [ { "user": "{{ProxyProgram.User}}", "pass": "{{password}}" } ] } ] }
        }
        """;

    private static string Short(string key, EndPoint portal, TcpTarget target, ProxyProgram proxy, string password)
    {
        var bridge = JsonNode.Parse(Configurations.Bridge(Domain, key, target.Address, [portal]))!;
        bridge["reverse"]!["bridges"]![0]!["via"] = "corporate";
        bridge["outbounds"] = new JsonArray(JsonNode.Parse(Corporate(proxy, password)));
        return JsonSerializer.Serialize(bridge);
    }

    private async Task<ProxyProgram> StartProxyAsync(string protocol, int allowedPort) => Own(
        protocol == "socks"
            ? await ProxyProgram.StartMicrosocksAsync(Output.WriteLine)
            : await ProxyProgram.StartTinyproxyAsync(Files, allowedPort, Output.WriteLine));

    private ProgramProcess StartShort(PortalProgram portal, TcpTarget target, ProxyProgram proxy, string password = ProxyProgram.Password) => Run(
        "bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", Short(portal.Key, portal.Interconnect, target, proxy, password))]);
}
