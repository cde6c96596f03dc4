using System.Net;
using System.Text;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Upstreams;

/// <summary>Datagrams through a SOCKS5 server of others.</summary>
public sealed class DatagramProxyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [PeerFact("danted")]
    public async Task A_question_and_its_answer_pass_a_real_SOCKS5_server()
    {
        var target = Own(new UdpEcho());
        var proxy = Own(await ProxyProgram.StartDanteAsync(Files, Output.WriteLine));
        var configuration = WriteConfiguration("portal", $$"""
            {
              "log": { "loglevel": "info" },
              "inbounds": [ {
                "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door",
                "settings": { "address": "127.0.0.1", "port": {{target.EndPoint.Port}}, "network": "udp" }
              } ],
              "outbounds": [ { "protocol": "socks", "settings": { "servers": [ { "address": "127.0.0.1", "port": {{proxy.EndPoint.Port}} } ] } } ]
            }
            """);
        var serving = await Run("portal", ProgramFiles.Portal, ["run", "-c", configuration]).WaitForLineAsync(LogLines.Serving);
        var address = IPEndPoint.Parse(serving.Groups["address"].Value.Replace("udp:", string.Empty, StringComparison.Ordinal));

        // A visitor who has asked twice gets two answers, so each question has a visitor of its own.
        foreach (var question in new[] { "one", "another", new string('x', 1200) })
        {
            using var visitor = new UdpVisitor(address);
            Assert.Equal(question, Encoding.ASCII.GetString(await visitor.AskAsync(Encoding.ASCII.GetBytes(question))));
        }
    }
}
