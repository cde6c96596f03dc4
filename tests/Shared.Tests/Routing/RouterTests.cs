using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;

namespace Tunnel.Shared.Tests.Routing;

public sealed class RouterTests
{
    [Theory]
    [InlineData("a.example", "a.example", true)]
    [InlineData("keyword:exam", "a.EXAMPLE", true)]
    [InlineData("exam", "b.test", false)]
    [InlineData("full:a.example", "A.Example", true)]
    [InlineData("full:a.example", "b.a.example", false)]
    [InlineData("domain:example", "a.example", true)]
    [InlineData("domain:example", "example", true)]
    [InlineData("domain:example", "anexample", false)]
    [InlineData("domain:example", "example.org", false)]
    [InlineData("regexp:^a[0-9]+\\.example$", "A42.example", true)]
    [InlineData("regexp:^a[0-9]+\\.example$", "xa42.example", false)]
    [InlineData("regexp:(?P<name>b+)", "abba", true)]
    [InlineData("dotless:", "localhost", true)]
    [InlineData("dotless:host", "localhost", true)]
    [InlineData("dotless:", "a.b", false)]
    [InlineData("dotless:x", "localhost", false)]
    [InlineData("keyword:1", "10.0.0.1", false)]
    [InlineData("full:10.0.0.1", "10.0.0.1", false)]
    public void Domains(string pattern, string host, bool expected) =>
        Assert.Equal(expected, Matches($"\"domain\": [ \"nothing.test\", \"{pattern.Replace("\\", "\\\\", StringComparison.Ordinal)}\" ]", To(host)));

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("0.0.0.0/0", "1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "1.2.3.4", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("10.0.0.0/8", "ten.example", false)]
    public void Addresses(string block, string host, bool expected)
    {
        Assert.Equal(expected, Matches($"\"ip\": [ \"203.0.113.1\", \"{block}\" ]", To(host)));
        if (IPAddress.TryParse(host, out var address))
        {
            Assert.Equal(expected, Matches($"\"source\": \"{block}\"", To("a") with { Source = new IPEndPoint(address, 1) }));
        }
    }

    [Fact]
    public void An_unknown_source_never_matches() => Assert.False(Matches("\"source\": [ \"0.0.0.0/0\", \"::/0\" ]", To("a")));

    [Theory]
    [InlineData("\"53,443,1000-2000\"", 443, true)]
    [InlineData("\"53,443,1000-2000\"", 1000, true)]
    [InlineData("\"53,443,1000-2000\"", 2000, true)]
    [InlineData("\"53,443,1000-2000\"", 2001, false)]
    [InlineData("443", 443, true)]
    [InlineData("\"0\"", 0, true)]
    [InlineData("0", 0, true)]
    [InlineData("0", 1, false)]
    public void Ports(string ports, int port, bool expected) => Assert.Equal(expected, Matches($"\"port\": {ports}", To("a", port)));

    [Theory]
    [InlineData("tcp", Network.Tcp, true)]
    [InlineData("tcp", Network.Udp, false)]
    [InlineData("TCP,udp", Network.Udp, true)]
    public void Networks(string text, Network network, bool expected) =>
        Assert.Equal(expected, Matches($"\"network\": \"{text}\"", To("a", 1, network)));

    [Theory]
    [InlineData("in", true)]
    [InlineData("IN", false)]
    [InlineData("inn", false)]
    [InlineData("", false)]
    public void Inbound_tags_are_exact(string tag, bool expected) =>
        Assert.Equal(expected, Matches("\"inboundTag\": [ \"other\", \"in\" ]", To("a") with { InboundTag = tag }));

    [Theory]
    [InlineData("1000-2000", 1000, true)]
    [InlineData("1000-2000", 999, false)]
    public void Source_ports(string ports, int port, bool expected)
    {
        var info = To("a") with { Source = new IPEndPoint(IPAddress.Loopback, port) };

        Assert.Equal(expected, Matches($"\"sourcePort\": \"{ports}\"", info));
        Assert.False(Matches($"\"sourcePort\": \"{ports}\"", To("a", port)));
    }

    [Theory]
    [InlineData("anna", true)]
    [InlineData("Anna", false)]
    [InlineData("ann", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Users_are_exact(string? user, bool expected) =>
        Assert.Equal(expected, Matches("\"user\": [ \"otto\", \"anna\" ]", To("a") with { User = user }));

    [Theory]
    [InlineData("http", "http/1.1", true)]
    [InlineData("http", "http1", true)]
    [InlineData("http1", "http/1.1", false)]
    [InlineData("tls,quic", "quic", true)]
    [InlineData("TLS", "tls", true)]
    [InlineData("tls", null, false)]
    public void Protocols_match_by_their_beginning(string item, string? protocol, bool expected) =>
        Assert.Equal(expected, Matches($"\"protocol\": \"{item}\"", To("a") with { Protocol = protocol }));

    [Fact]
    public void Attributes_match_an_expression_and_what_has_none_never_does()
    {
        const string rule = "\"attrs\": \"attrs[':method'] == 'GET'\"";

        Assert.True(Matches(rule, To("a") with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [":method"] = "GET" } }));
        Assert.False(Matches(rule, To("a") with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [":method"] = "PUT" } }));
        Assert.False(Matches("\"attrs\": \"True\"", To("a")));
    }

    [Fact]
    public void The_name_that_sniffing_found_is_the_one_to_match()
    {
        Assert.True(Matches("\"domain\": \"full:b.example\"", To("10.0.0.1") with { SniffedDomain = "b.example" }));
        Assert.True(Matches("\"domain\": \"full:b.example\"", To("a.example") with { SniffedDomain = "b.example" }));
        Assert.False(Matches("\"domain\": \"full:a.example\"", To("a.example") with { SniffedDomain = "b.example" }));
        Assert.True(Matches("\"ip\": \"10.0.0.1\"", To("10.0.0.1") with { SniffedDomain = "b.example" }));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("100.128.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("169.254.1.1", true)]
    [InlineData("::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("2606:4700::1111", false)]
    public void Private_addresses(string address, bool expected)
    {
        Assert.Equal(expected, Matches("\"ip\": [ \"geoip:private\" ]", To(address)));
        Assert.Equal(expected, Matches("\"source\": \"GeoIP:private\"", To("a") with { Source = new IPEndPoint(IPAddress.Parse(address), 1) }));
    }

    [Fact]
    public void All_fields_of_a_rule_must_match()
    {
        const string rule = "\"inboundTag\": \"in\", \"domain\": \"full:a\", \"port\": 80, \"network\": \"tcp\"";
        var info = To("a", 80) with { InboundTag = "in" };

        Assert.True(Matches(rule, info));
        Assert.False(Matches(rule, info with { InboundTag = "x" }));
        Assert.False(Matches(rule, To("b", 80) with { InboundTag = "in" }));
        Assert.False(Matches(rule, To("a", 81) with { InboundTag = "in" }));
        Assert.False(Matches(rule, To("a", 80, Network.Udp) with { InboundTag = "in" }));
    }

    [Fact]
    public void The_first_rule_that_matches_decides_and_none_means_the_default()
    {
        var router = Make("{ \"type\": \"field\", \"port\": 1, \"outboundTag\": \"one\" }, { \"type\": \"field\", \"port\": \"1-2\", \"outboundTag\": \"two\" }");

        Assert.Equal(new RouteDecision("one", 0, null), router.Decide(To("a", 1)));
        Assert.Equal(new RouteDecision("two", 1, null), router.Decide(To("a", 2)));
        Assert.True(router.Decide(To("a", 3)).IsDefault);
    }

    [Fact]
    public void The_manuals_bridge_tells_its_interconnect_from_its_traffic()
    {
        var config = ConfigLoader.Load(Configuration.SampleFiles.PathOf("valid", "manual-bridge.jsonc")).Config!;
        var router = new Router(config.Routing);

        Assert.Equal("interconn", router.Decide(To("test.v2fly.org", 0) with { InboundTag = "bridge" }).OutboundTag);
        Assert.Equal("out", router.Decide(To("127.0.0.1", 80) with { InboundTag = "bridge" }).OutboundTag);
    }

    [Fact]
    public void A_rule_can_name_a_balancer_instead_of_an_outbound()
    {
        var router = Make("{ \"type\": \"field\", \"port\": 1, \"balancerTag\": \"b\" }");

        Assert.Equal(new RouteDecision(null, 0, "b"), router.Decide(To("a", 1)));
        Assert.False(router.Decide(To("a", 1)).IsDefault);
    }

    [Fact]
    public void An_outbound_tag_wins_over_a_balancer()
    {
        var router = Make("{ \"type\": \"field\", \"port\": 1, \"balancerTag\": \"b\", \"outboundTag\": \"two\" }");

        Assert.Equal(new RouteDecision("two", 0, null), router.Decide(To("a", 1)));
    }

    [Fact]
    public void Deciding_does_not_allocate()
    {
        var router = Make("""
            { "type": "field", "inboundTag": "other", "outboundTag": "one" },
            { "type": "field", "domain": [ "full:b", "domain:c", "keyword:d", "regexp:^e" ], "outboundTag": "one" },
            { "type": "field", "source": [ "10.0.0.0/8", "2001:db8::/32" ], "port": "1-5,7", "network": "tcp", "outboundTag": "two" }
            """);
        var info = To("a.example", 7) with { InboundTag = "in", Source = new IPEndPoint(IPAddress.Parse("::ffff:10.1.2.3"), 1) };
        Assert.Equal("two", router.Decide(info).OutboundTag);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
        {
            router.Decide(info);
        }

        // A regular expression may still grow its automaton once; a thousand decisions would show.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    private static ConnectionInfo To(string host, int port = 80, Network network = Network.Tcp) =>
        new() { InboundTag = "none", Destination = new Destination(network, host, port) };

    private static bool Matches(string condition, ConnectionInfo info) =>
        !Make("{ \"type\": \"field\", " + condition + ", \"outboundTag\": \"one\" }").Decide(info).IsDefault;

    private static Router Make(string rules) => new(Routing(rules));

    private static RoutingConfig Routing(string rules)
    {
        var result = ConfigLoader.LoadText(
            "f",
            "{ \"outbounds\": [ { \"protocol\": \"freedom\", \"tag\": \"one\" }, { \"protocol\": \"freedom\", \"tag\": \"two\" } ],"
            + "\"routing\": { \"rules\": [ " + rules + " ], \"balancers\": [ { \"tag\": \"b\", \"selector\": [ \"o\", \"t\" ] } ] } }");
        Assert.False(result.HasErrors, string.Join('\n', result.Problems));
        return result.Config!.Routing;
    }
}
