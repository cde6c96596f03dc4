using System.Net.Sockets;
using System.Text;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Sniffing;

/// <summary>A visitor cannot pass for a bridge by the name it asks for: it is closed, and the tunnel serves on.</summary>
public sealed class VirtualDomainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string SecondDomain = "second.example";
    private const string Id = "27848739-7e62-4138-9fd3-098a63964b6b";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("tunnel")]
    [InlineData("vmess")]
    public async Task By_the_virtual_domain_of_its_own_portal(string interconnect)
    {
        var target = Own(TcpTargets.Echo());
        var key = TestKey.New();
        var portal = await StartPortalAsync(interconnect, key, Domain);
        await StartBridgeAsync(interconnect, key, target.Address, (portal, Domain));
        await AssertServesAsync(portal);
        var workers = Workers(portal);

        await AssertClosedAsync(portal, Domain);
        await AssertClosedAsync(portal, Domain.ToUpperInvariant());
        Assert.Null(await TlsSite.VisitAsync(portal.Public, Domain));

        await AssertServesAsync(portal);
        Assert.Equal(workers, Workers(portal));
        Assert.True(portal.Log.CountOf(LogLines.VirtualDomainRefused) >= 3);
    }

    [Fact]
    public async Task By_the_virtual_domain_of_another_portal_that_the_bridge_would_dial()
    {
        // The first portal does not know the second domain. Its bridge has a rule for it that leads to the second portal, which
        // would take whoever asks for it in the bridge's name for the bridge.
        var target = Own(TcpTargets.Echo());
        var first = await StartPortalAsync("vmess", string.Empty, Domain);
        var second = await StartPortalAsync("vmess", string.Empty, SecondDomain);
        var bridge = await StartBridgeAsync("vmess", string.Empty, target.Address, (first, Domain), (second, SecondDomain));
        await AssertServesAsync(first);
        await AssertServesAsync(second);
        var workers = Workers(second);

        await AssertClosedAsync(first, SecondDomain);

        // On a busy machine what is sent may come too late to be sniffed: it goes to the target then, which speaks no TLS.
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.Null(await TlsSite.VisitAsync(first.Public, SecondDomain));
                return bridge.Output.CountOf(LogLines.VirtualDomainRefused) >= 2;
            },
            Limit,
            () => "the bridge has not refused both");

        await AssertServesAsync(first);
        await AssertServesAsync(second);
        Assert.Equal(workers, Workers(second));
    }

    private static int Workers(PortalProgram portal) => portal.Log.CountOf(LogLines.BridgeConnected);

    private static string Request(string host) => $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n";

    private static async Task AssertServesAsync(PortalProgram portal)
    {
        var request = Request("site.example");
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    return await Visitor.AskAsync(portal.Public, request) == request;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            Limit,
            () => "the portal does not serve");
    }

    /// <summary>The visitor gets nothing, not even its echo. On a busy machine it may speak later than sniffing waits, and be echoed once.</summary>
    private static Task AssertClosedAsync(PortalProgram portal, string host) => Eventually.HoldsAsync(
        async () =>
        {
            using var visitor = await Visitor.ConnectAsync(portal.Public);
            await visitor.SendAsync(Encoding.ASCII.GetBytes(Request(host)));
            visitor.Socket.Shutdown(SocketShutdown.Send);
            return await visitor.ReadUntilClosedAsync(Limit) == 0;
        },
        Limit,
        () => "visitors are served");

    private async Task<PortalProgram> StartPortalAsync(string interconnect, string key, string domain)
    {
        var settings = interconnect == "tunnel" ? $$"""{ "clients": [ { "key": "{{key}}" } ] }""" : $$"""{ "clients": [ { "id": "{{Id}}" } ] }""";
        var security = interconnect == "tunnel" ? "tls" : "none";
        var state = Files.MakeDirectory("state-" + domain);
        var configuration = WriteConfiguration("portal", $$"""
        {
          "reverse": { "portals": [ { "tag": "portal", "domain": "{{domain}}" } ] },
          "inbounds": [
            {
              "tag": "public", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": 80 },
              "sniffing": { "enabled": true, "destOverride": [ "http", "tls" ] }
            },
            {
              "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "{{interconnect}}", "settings": {{settings}},
              "streamSettings": { "security": "{{security}}" }
            }
          ],
          "routing": { "rules": [ { "type": "field", "inboundTag": [ "public", "interconnect" ], "outboundTag": "portal" } ] }
        }
        """);
        return await ReadyAsync(Run("portal " + domain, ProgramFiles.Portal, ["run", "-c", configuration], state), domain, key, state);
    }

    /// <summary>A bridge whose rules for the interconnect are about the domain alone, whoever asks.</summary>
    private async Task<ProgramProcess> StartBridgeAsync(string interconnect, string key, string to, params (PortalProgram Portal, string Domain)[] portals)
    {
        var configuration = WriteConfiguration("bridge", $$"""
        {
          "reverse": { "bridges": [ {{Join(p => $$"""{ "tag": "{{p.Domain}}", "domain": "{{p.Domain}}" }""")}} ] },
          "outbounds": [
            { "tag": "out", "protocol": "freedom", "settings": { "redirect": "{{to}}" } },
            {{Join(p => $$"""{ "tag": "to-{{p.Domain}}", "protocol": "{{interconnect}}", "settings": {{Settings(p.Portal)}}, "streamSettings": { "security": "{{(interconnect == "tunnel" ? "tls" : "none")}}" } }""")}}
          ],
          "routing": { "rules": [ {{Join(p => $$"""{ "type": "field", "domain": [ "full:{{p.Domain}}" ], "outboundTag": "to-{{p.Domain}}" }""")}} ] }
        }
        """);
        var bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", configuration]);
        foreach (var (portal, _) in portals)
        {
            await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        }

        return bridge;

        string Join(Func<(PortalProgram Portal, string Domain), string> item) => string.Join(",\n", portals.Select(item));

        string Settings(PortalProgram portal) => interconnect == "tunnel"
            ? $$"""{ "servers": [ { "address": "127.0.0.1", "port": {{portal.Interconnect.Port}}, "key": "{{key}}" } ] }"""
            : $$"""{ "vnext": [ { "address": "127.0.0.1", "port": {{portal.Interconnect.Port}}, "users": [ { "id": "{{Id}}" } ] } ] }""";
    }
}
