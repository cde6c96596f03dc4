using System.Security.Cryptography;
using Tunnel.EndToEnd;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.Interop;

/// <summary>VMess as a plain proxy protocol, without a reverse tunnel: a client of one kind, a server of the other.</summary>
[Collection(HeavyCollection.Name)]
public sealed class PlainVMessTests(ITestOutputHelper output) : InteropTest(output)
{
    private const long Bytes = 32L * 1024 * 1024;

    [PeerTheory("v2ray")]
    [InlineData(Side.Ours, Side.Real, "auto", false)]
    [InlineData(Side.Ours, Side.Real, "none", false)]
    [InlineData(Side.Real, Side.Ours, "auto", false)]
    [InlineData(Side.Real, Side.Ours, "chacha20-poly1305", false)]
    [InlineData(Side.Real, Side.Ours, "none", false)]
    [InlineData(Side.Real, Side.Ours, "auto", true)]
    [InlineData(Side.Ours, Side.Ours, "zero", false)]
    public async Task A_visitor_reaches_the_target_through_a_client_and_a_server(Side client, Side server, string security, bool mux)
    {
        var target = Own(await WebTarget.StartAsync());
        var port = target.Address.Split(':')[1];
        var vmessServer = StartPortal(server, $$"""
            {
              "inbounds": [ { "port": {{InterconnectPort}}, "listen": "127.0.0.1", "protocol": "vmess", "settings": { "clients": [ { "id": "{{ManualSample.Id}}" } ] } } ],
              "outbounds": [ { "protocol": "freedom" } ]
            }
            """);
        var vmessClient = StartPortal(client, $$"""
            {
              "inbounds": [ { "port": {{Public.Port}}, "listen": "127.0.0.1", "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": {{port}} } } ],
              "outbounds": [ {
                "protocol": "vmess",
                {{(mux ? "\"mux\": { \"enabled\": true }," : string.Empty)}}
                "settings": { "vnext": [ { "address": "127.0.0.1", "port": {{InterconnectPort}}, "users": [ { "id": "{{ManualSample.Id}}", "security": "{{security}}" } ] } ] }
              } ]
            }
            """);
        await ServedAsync(vmessServer, vmessClient);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{Public}/") };
        await using (var body = await http.GetStreamAsync($"pattern?length={Bytes}"))
        {
            long offset = 0;
            var buffer = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(buffer)) > 0; offset += read)
            {
                Pattern.Verify(offset, buffer.AsSpan(0, read));
            }

            Assert.Equal(Bytes, offset);
        }

        var sent = Pattern.First(8_000_000);
        using var content = new ByteArrayContent(sent);
        using var response = await http.PutAsync("sink", content);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(sent)), await response.Content.ReadAsStringAsync());
    }
}
