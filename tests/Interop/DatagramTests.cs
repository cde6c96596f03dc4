using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Targets;

namespace Tunnel.Interop;

/// <summary>UDP with a real V2Ray: in VMess itself, and through the reverse tunnel.</summary>
public sealed class DatagramTests(ITestOutputHelper output) : InteropTest(output)
{
    // V2Ray cuts off what is longer than 2048 bytes; and what it seals must fit as many with length, tag and up to 63 bytes of
    // padding, or its flow stands still for good.
    private static readonly int[] Lengths = [1, 512, 1400, 1900];

    [PeerTheory("v2ray")]
    [InlineData(Side.Ours, Side.Real, "auto", false)]
    [InlineData(Side.Ours, Side.Real, "none", false)]
    [InlineData(Side.Real, Side.Ours, "auto", false)]
    [InlineData(Side.Real, Side.Ours, "none", false)]
    [InlineData(Side.Real, Side.Ours, "auto", true)]
    public async Task Datagrams_pass_through_a_client_and_a_server(Side client, Side server, string security, bool mux)
    {
        var echo = Own(new UdpEcho());
        StartPortal(server, $$"""
            {
              "log": { "loglevel": "debug" },
              "inbounds": [ { "port": {{InterconnectPort}}, "listen": "127.0.0.1", "protocol": "vmess", "settings": { "clients": [ { "id": "{{ManualSample.Id}}" } ] } } ],
              "outbounds": [ { "protocol": "freedom" } ]
            }
            """);
        StartPortal(client, $$"""
            {
              "log": { "loglevel": "debug" },
              "inbounds": [ {
                "port": {{Public.Port}}, "listen": "127.0.0.1", "protocol": "dokodemo-door",
                "settings": { "address": "127.0.0.1", "port": {{echo.EndPoint.Port}}, "network": "udp" }
              } ],
              "outbounds": [ {
                "protocol": "vmess",
                {{(mux ? "\"mux\": { \"enabled\": true }," : string.Empty)}}
                "settings": { "vnext": [ { "address": "127.0.0.1", "port": {{InterconnectPort}}, "users": [ { "id": "{{ManualSample.Id}}", "security": "{{security}}" } ] } ] }
              } ]
            }
            """);
        await AssertEchoesAsync();
    }

    [PeerTheory("v2ray")]
    [InlineData(Side.Ours, Side.Real)]
    [InlineData(Side.Real, Side.Ours)]
    [InlineData(Side.Ours, Side.Ours)]
    public async Task Datagrams_pass_through_the_manuals_reverse_tunnel(Side portalSide, Side bridgeSide)
    {
        var echo = Own(new UdpEcho());
        StartPortal(portalSide, ManualSample.Portal(Public.Port, InterconnectPort).Replace("\"network\": \"tcp\"", "\"network\": \"tcp,udp\"", StringComparison.Ordinal));
        StartBridge(bridgeSide, ManualSample.Bridge(InterconnectPort, $"127.0.0.1:{echo.EndPoint.Port}"));
        await AssertEchoesAsync();
    }

    private async Task AssertEchoesAsync()
    {
        // A question that was asked again while the programs started has more than one answer, so each has a visitor of its own.
        using (var first = new UdpVisitor(Public))
        {
            await first.AskAsync("?"u8.ToArray());
        }

        foreach (var length in Lengths)
        {
            using var visitor = new UdpVisitor(Public);
            Assert.Equal(Pattern.First(length), await visitor.AskAsync(Pattern.First(length)));
        }
    }
}
