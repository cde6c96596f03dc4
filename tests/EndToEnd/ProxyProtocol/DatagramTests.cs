using System.Net;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.ProxyProtocol;

/// <summary>A resolver behind a bridge knows who asks, by UDP.</summary>
public sealed partial class DatagramTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.3");
    private static readonly IPAddress Introduced = IPAddress.Parse("127.0.0.4");
    private static readonly IPAddress Forged = IPAddress.Parse("127.0.0.6");
    private static readonly IPAddress Proxy = IPAddress.Parse("127.0.0.5");
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    [PeerFact("unbound")]
    public async Task Unbound_knows_who_asks()
    {
        var (unbound, resolver) = await PeerServer.StartUnboundAsync(Files, Output.WriteLine);
        Own(unbound);
        var key = TestKey.New();
        var portal = Run("portal", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("portal", $$"""
            {
              "log": { "loglevel": "info" },
              "inbounds": [
                { "tag": "direct", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": 53, "network": "udp" } },
                {
                  "tag": "introduced", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": 53, "network": "udp" },
                  "streamSettings": { "sockopt": { "acceptProxyProtocol": true, "trustedProxies": [ "{{Proxy}}" ] } }
                },
                { "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "tunnel", "settings": { "clients": [ { "key": "{{key}}" } ] } }
              ],
              "reverse": { "portals": [ { "tag": "portal", "domain": "{{Domain}}" } ] }
            }
            """)]);
        var interconnect = AddressOf(await portal.WaitForLineAsync(LogLines.InterconnectListening));
        var serving = portal.Output.Text().Split('\n').Select(line => ServingUdp.Match(line)).Where(match => match.Success).Select(AddressOf).ToArray();
        Assert.Equal(2, serving.Length);
        Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", $$"""
            { "log": { "loglevel": "info" }, "reverse": { "bridges": [ { "domain": "{{Domain}}", "dial": "tunnel://{{key}}@{{interconnect}}", "to": "{{resolver}}", "proxyProtocol": 2 } ] } }
            """)]);
        await portal.WaitForLineAsync(LogLines.BridgeConnected);

        Assert.Equal(Answer, await AskAsync(serving[0], Client, []));
        await unbound.WaitForLineAsync(AskedBy(Client));

        // Through a proxy that is trusted; a stranger's forged header, sent first, never gets there.
        using var stranger = new UdpVisitor(serving[1], Stranger);
        await stranger.SendAsync((byte[])[.. Header(Forged), .. Question]);
        await portal.WaitForLineAsync(Dropped);
        Assert.Equal(Answer, await AskAsync(serving[1], Proxy, Header(Introduced)));
        await unbound.WaitForLineAsync(AskedBy(Introduced));
        Assert.Equal(Refused, await AskAsync(serving[1], Proxy, Header(IPAddress.Parse("198.51.100.22"))));
        Assert.Equal(0, stranger.Socket.Available);
        Assert.DoesNotMatch(AskedBy(Forged), unbound.Output.Text());
        Assert.DoesNotMatch(AskedBy(Stranger), unbound.Output.Text());
    }

    // The low half of the fourth byte of an answer, and how many records it has.
    private static (int Code, int Answers) Answer => (0, 1);

    private static (int Code, int Answers) Refused => (5, 0);

    private static byte[] Question { get; } =
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, .. "who"u8, 4, .. "home"u8, 7, .. "example"u8, 0, 0, 1, 0, 1];

    [GeneratedRegex(@"\bserving udp:(?<address>\S+) ->", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServingUdp { get; }

    [GeneratedRegex(@"dropped a datagram from 127\.0\.0\.2:\d+ .*trustedProxies", RegexOptions.None, 1000)]
    private static partial Regex Dropped { get; }

    private static Regex AskedBy(IPAddress client) => new($@"\b{Regex.Escape(client.ToString())} who\.home\.example\. A IN", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static byte[] Header(IPAddress source) =>
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x12, 0, 12, .. source.GetAddressBytes(), 203, 0, 113, 1, 0x12, 0x67, 0, 53];

    private static async Task<(int Code, int Answers)> AskAsync(IPEndPoint to, IPAddress from, byte[] header)
    {
        using var visitor = new UdpVisitor(to, from);
        var answer = await visitor.AskAsync((byte[])[.. header, .. Question]);
        return (answer[3] & 0xF, (answer[6] << 8) | answer[7]);
    }
}
