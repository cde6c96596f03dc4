using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.ProxyProtocol;

/// <summary>The visitor's address on its way: believed from trusted proxies, from nobody else, and kept over several hops.</summary>
public sealed partial class ChainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly IPAddress TrustedProxy = IPAddress.Parse("127.0.0.5");
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task A_forged_header_is_neither_believed_nor_passed_on()
    {
        var target = Own(TcpTargets.Echo());
        var portal = await StartTrustingPortalAsync();
        await StartIntroducingBridgeAsync(portal, portal.Interconnect, target.Address);
        const string Forged = "PROXY TCP4 192.0.2.66 192.0.2.1 6666 80\r\n";

        foreach (var text in new[] { Forged + "hello", "hello" })
        {
            using var stranger = await Visitor.ConnectAsync(portal.Public, from: Stranger);
            Assert.Equal(0, await SendInVainAsync(stranger, text));
            await portal.Process.WaitForLineAsync(ClosedStranger);
        }

        // A trusted proxy without a header gets no further, and one with two has introduced nobody but the first.
        using (var silent = await Visitor.ConnectAsync(portal.Public, from: TrustedProxy))
        {
            Assert.Equal(0, await SendInVainAsync(silent, "hello"));
        }

        Assert.Equal(0, target.Accepted);
        using var proxy = await Visitor.ConnectAsync(portal.Public, from: TrustedProxy);
        var answer = await proxy.AskAsync("PROXY TCP4 203.0.113.9 203.0.113.1 4711 443\r\n" + Forged + "hello");
        Assert.Equal("PROXY TCP4 203.0.113.9 203.0.113.1 4711 443\r\n" + Forged + "hello", answer);
    }

    [PeerFact("haproxy")]
    public async Task Haproxy_in_front_of_a_portal_introduces_its_visitors_and_bridges()
    {
        var target = Own(TcpTargets.Echo());
        var portal = await StartTrustingPortalAsync(trustedInterconnect: true);
        var (first, second, interconnect) = (Free(), Free(), Free());
        string Frontend(string name, IPEndPoint listen, IPEndPoint server, string how) => $"""
            listen {name}
              mode tcp
              bind {listen}
              server portal {server} {how} source {TrustedProxy}
            """;
        var proxies = string.Join('\n', Frontend("v1", first, portal.Public, "send-proxy"), Frontend("v2", second, portal.Public, "send-proxy-v2"), Frontend("interconnect", interconnect, portal.Interconnect, "send-proxy-v2"));
        Own(await PeerServer.StartHaproxyAsync(Files, proxies, interconnect, Output.WriteLine));
        await StartIntroducingBridgeAsync(portal, interconnect, target.Address);

        // The portal knows the bridge by its own address, not by haproxy's.
        Assert.StartsWith("127.0.0.1:", (await portal.Process.WaitForLineAsync(LogLines.BridgeConnected)).Groups["address"].Value, StringComparison.Ordinal);
        foreach (var front in new[] { first, second })
        {
            using var visitor = await Visitor.ConnectAsync(front, from: IPAddress.Parse("127.0.0.3"));
            Assert.Equal(Introducing.Line(visitor.Address(), front) + "hello", await visitor.AskAsync("hello"));
        }
    }

    [Fact]
    public async Task Two_hops_keep_the_visitors_address()
    {
        var target = Own(TcpTargets.Echo());
        var key = TestKey.New();
        var visited = string.Join(", ", Introducing.Hosts.Select(host => $"\"{host}:0\""));

        // The portal that visitors come to.
        var outer = Run("outer", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("outer", $$"""
            { "log": { "loglevel": "info" }, "reverse": { "portals": [ { "domain": "outer", "listen": "tunnel://{{key}}@127.0.0.1:0", "public": [ {{visited}} ] } ] } }
            """)]);
        var interconnect = AddressOf(await outer.WaitForLineAsync(LogLines.InterconnectListening));

        // A bridge of it whose traffic goes on through a portal in the same process. Its own public port wants headers.
        var inner = Run("inner", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("inner", $$"""
            {
              "log": { "loglevel": "info" },
              "inbounds": [
                {
                  "tag": "introduced", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "web", "port": 80 },
                  "streamSettings": { "sockopt": { "acceptProxyProtocol": true } }
                },
                { "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "tunnel", "settings": { "clients": [ { "key": "{{key}}" } ] } }
              ],
              "outbounds": [ { "tag": "to-outer", "protocol": "tunnel", "settings": { "servers": [ { "address": "127.0.0.1", "port": {{interconnect.Port}}, "key": "{{key}}" } ] } } ],
              "reverse": { "bridges": [ { "tag": "from-outer", "domain": "outer" } ], "portals": [ { "tag": "portal", "domain": "inner" } ] },
              "routing": { "rules": [
                { "type": "field", "inboundTag": [ "from-outer" ], "domain": [ "full:outer" ], "outboundTag": "to-outer" },
                { "type": "field", "inboundTag": [ "from-outer", "interconnect", "introduced" ], "outboundTag": "portal" }
              ] }
            }
            """)]);
        var innerInterconnect = AddressOf(await inner.WaitForLineAsync(LogLines.InterconnectListening));
        var innerPublic = AddressOf(await inner.WaitForLineAsync(LogLines.Serving));

        // Two bridges at the end, by domain: the one of the inner portal, and one of a third that goes on over TCP with a header.
        Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", $$"""
            { "log": { "loglevel": "info" }, "reverse": { "bridges": [ { "domain": "inner", "dial": "tunnel://{{key}}@{{innerInterconnect}}", "to": "{{target.Address}}", "proxyProtocol": 1 } ] } }
            """)]);
        var third = await StartPortalAsync(key, "third");
        Run("onward", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("onward", $$"""
            { "log": { "loglevel": "info" }, "reverse": { "bridges": [ { "domain": "third", "dial": "tunnel://{{key}}@{{third.Interconnect}}", "to": "{{innerPublic}}", "proxyProtocol": 2 } ] } }
            """)]);
        await Task.WhenAll(
            outer.WaitForLineAsync(LogLines.BridgeConnected), inner.WaitForLineAsync(LogLines.BridgeConnected), third.Process.WaitForLineAsync(LogLines.BridgeConnected));

        var fronts = new List<IPEndPoint> { third.Public };
        foreach (var host in Introducing.Hosts)
        {
            fronts.Add(AddressOf(await outer.WaitForLineAsync(host[0] == '[' ? ServingIPv6 : LogLines.Serving)));
        }

        foreach (var front in fronts)
        {
            using var visitor = await Visitor.ConnectAsync(front);
            Assert.Equal(Introducing.Line(visitor.Address(), front) + "hello", await visitor.AskAsync("hello"));
        }
    }

    [GeneratedRegex(@"closed a connection from 127\.0\.0\.2:\d+ .*trustedProxies", RegexOptions.None, 1000)]
    private static partial Regex ClosedStranger { get; }

    [GeneratedRegex(@"\bserving (?<address>\[\S+) ->", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServingIPv6 { get; }

    private static IPEndPoint Free() => new(IPAddress.Loopback, FreePort.Next());

    /// <summary>What somebody who sends <paramref name="text"/> gets before the other side closes.</summary>
    private static async Task<long> SendInVainAsync(Visitor visitor, string text)
    {
        try
        {
            await visitor.SendAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (SocketException)
        {
            // Closed already.
        }

        return await visitor.ReadUntilClosedAsync(TimeSpan.FromSeconds(5));
    }

    /// <summary>A portal whose visitors come through <see cref="TrustedProxy"/>, and its bridges as well where that is asked for.</summary>
    private async Task<PortalProgram> StartTrustingPortalAsync(bool trustedInterconnect = false)
    {
        var key = TestKey.New();
        var trusting = $$"""{ "sockopt": { "acceptProxyProtocol": true, "trustedProxies": [ "{{TrustedProxy}}/32" ] } }""";
        var state = Files.MakeDirectory("state-trusting");
        var process = Run(
            "portal",
            ProgramFiles.Portal,
            ["run", "-c", WriteConfiguration("portal", $$"""
            {
              "log": { "loglevel": "info" },
              "inbounds": [
                { "tag": "visitors", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "web", "port": 80 }, "streamSettings": {{trusting}} },
                {
                  "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "tunnel", "settings": { "clients": [ { "key": "{{key}}" } ] },
                  "streamSettings": {{(trustedInterconnect ? trusting : "{}")}}
                }
              ],
              "reverse": { "portals": [ { "tag": "portal", "domain": "{{Domain}}" } ] }
            }
            """)],
            state);
        return await ReadyAsync(process, Domain, key, state);
    }

    private async Task<ProgramProcess> StartIntroducingBridgeAsync(PortalProgram portal, IPEndPoint dial, string to)
    {
        var bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", $$"""
            { "log": { "loglevel": "info" }, "reverse": { "bridges": [ { "domain": "{{Domain}}", "dial": "tunnel://{{portal.Key}}@{{dial}}", "to": "{{to}}", "proxyProtocol": 1 } ] } }
            """)]);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        return bridge;
    }
}
