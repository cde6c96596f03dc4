using System.Net;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.ProxyProtocol;

/// <summary>Servers of others behind a bridge know their visitors.</summary>
public sealed class TargetTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [PeerFact("nginx", "haproxy")]
    public async Task Nginx_and_haproxy_see_the_visitor_and_the_address_that_it_visited()
    {
        var (nginx, nginxAddress) = await PeerServer.StartNginxAsync(Files, Output.WriteLine);
        Own(nginx);
        var haproxyAddress = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        Own(await PeerServer.StartHaproxyAsync(
            Files,
            $"""
            frontend web
              mode http
              bind {haproxyAddress} accept-proxy
              http-request return status 200 content-type text/plain lf-string "%[src] %[src] %[src_port] %[dst] %[dst_port]"
            """,
            haproxyAddress,
            Output.WriteLine));

        var key = TestKey.New();

        // Portals share a listener only on a port that is given.
        var interconnect = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        (string Domain, IPEndPoint Target, int Version)[] ways =
            [("nginx1", nginxAddress, 1), ("nginx2", nginxAddress, 2), ("haproxy1", haproxyAddress, 1), ("haproxy2", haproxyAddress, 2)];
        var visited = string.Join(", ", Introducing.Hosts.Select(host => $"\"{host}:0\""));
        var portals = string.Join(",\n", ways.Select(way => $$"""{ "domain": "{{way.Domain}}", "listen": "tunnel://{{key}}@{{interconnect}}", "public": [ {{visited}} ] }"""));
        var portal = Run("portal", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("portal", $$"""{ "log": { "loglevel": "info" }, "reverse": { "portals": [ {{portals}} ] } }""")]);
        await portal.WaitForLineAsync(LogLines.InterconnectListening);
        var bridges = string.Join(",\n", ways.Select(way => $$"""{ "domain": "{{way.Domain}}", "dial": "tunnel://{{key}}@{{interconnect}}", "to": "{{way.Target}}", "proxyProtocol": {{way.Version}} }"""));
        Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", $$"""{ "log": { "loglevel": "info" }, "reverse": { "bridges": [ {{bridges}} ] } }""")]);
        foreach (var (domain, _, _) in ways)
        {
            await portal.WaitForLineAsync(ForDomain("bridge connected: {0} from", domain));
            foreach (var host in Introducing.Hosts)
            {
                var serving = await portal.WaitForLineAsync(ForDomain(@"serving (?<address>" + (host[0] == '[' ? @"\[" : @"\d") + @"\S+) -> {0}$", domain));
                var address = AddressOf(serving);
                using var visitor = await Visitor.ConnectAsync(address);
                var me = visitor.Address();
                Assert.Equal($"{me.Address} {me.Address} {me.Port} {address.Address} {address.Port}", await visitor.GetAsync());
            }
        }
    }

    private static Regex ForDomain(string pattern, string domain) =>
        new(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, domain), RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
