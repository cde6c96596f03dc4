using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Tests.Configuration;
using Tunnel.Testing;

namespace Tunnel.Shared.Tests.Reloading;

public sealed class ConfigDifferenceTests
{
    private const string Rich = """
        { "limits": { "memory": "64MiB" }, "log": { "loglevel": "info" },
          "inbounds": [
            { "tag": "web", "listen": "127.0.0.1", "port": 8080, "protocol": "dokodemo-door", "settings": { "address": "web", "port": 80 } },
            { "tag": "proxy", "listen": "127.0.0.1", "port": 1080, "protocol": "socks",
              "settings": { "auth": "password", "accounts": [ { "user": "ann", "pass": "SOCKSPASS" } ] } },
            { "tag": "v2", "listen": "127.0.0.1", "port": 1081, "protocol": "vmess",
              "settings": { "clients": [ { "id": "UUID1", "email": "ann" } ] } },
            { "listen": "127.0.0.1", "port": 9000, "protocol": "dokodemo-door", "settings": { "address": "other" } } ],
          "outbounds": [
            { "tag": "direct", "protocol": "freedom", "settings": { "domainStrategy": "UseIP" } },
            { "tag": "up", "protocol": "http", "settings": { "servers": [ { "address": "proxy", "port": 3128, "users": [ { "user": "ann", "pass": "HTTPPASS" } ] } ] } },
            { "tag": "up2", "protocol": "freedom", "settings": { "redirect": "10.0.0.1:80" } } ],
          "routing": {
            "rules": [ { "type": "field", "inboundTag": "web", "ip": "10.0.0.0/8", "balancerTag": "all" } ],
            "balancers": [ { "tag": "all", "selector": "up" } ] },
          "observatory": { "subjectSelector": "up", "probeTarget": "10.0.0.1:80" },
          "policy": { "levels": { "0": { "connIdle": 300 } } },
          "reverse": {
            "portals": [ { "tag": "portal", "domain": "home.example", "listen": "tunnel://KEY1@127.0.0.1:7000", "public": "127.0.0.1:8081" } ],
            "bridges": [ { "tag": "bridge", "domain": "far.example", "dial": "tunnel://KEY2@portal.example:7000", "to": "80" } ] } }
        """;

    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal)
    {
        ["KEY1"] = TestKey.New(),
        ["KEY2"] = TestKey.New(),
        ["UUID1"] = Guid.NewGuid().ToString(),
    };

    public static TheoryData<string> Samples => SampleFiles.In("valid");

    [Fact]
    public void What_was_read_twice_is_the_same()
    {
        var difference = ConfigDifference.Between(Parts(Rich), Parts(Rich));
        Assert.True(difference.IsEmpty, string.Join(", ", difference.Changed.Select(static pair => pair.New.Name)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_is_the_same_when_it_is_read_twice(string name)
    {
        var path = SampleFiles.PathOf("valid", name);
        var (first, second) = (ConfigLoader.Load(path).Config!, ConfigLoader.Load(path).Config!);
        Assert.Empty(ConfigDifference.Between(ConfigParts.Of(first), ConfigParts.Of(second)).Changed.Select(static pair => pair.New.Name));
    }

    [Fact]
    public void Every_part_of_a_configuration_is_compared() => Assert.Equal(
        ["Inbounds", "Limits", "Log", "Observatory", "Outbounds", "Policy", "Reverse", "Routing"],
        typeof(TunnelConfig).GetProperties().Select(static property => property.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("info", "debug", "log")]
    [InlineData("300", "301", "policy")]
    [InlineData("64MiB", "65MiB", "limits")]
    [InlineData("\"port\": 80 }", "\"port\": 81 }", "inbound web")]
    [InlineData("\"port\": 8080", "\"port\": 8089", "inbound web")]
    [InlineData("SOCKSPASS", "other", "inbound proxy")]
    [InlineData("HTTPPASS", "other", "outbound up")]
    [InlineData("UseIP", "UseIPv4", "outbound direct")]
    [InlineData("KEY1", "NEWKEY", "inbound portal-interconn")]
    [InlineData("KEY2", "NEWKEY", "outbound bridge-interconn")]
    [InlineData("UUID1", "NEWUUID", "inbound v2")]
    [InlineData("\"to\": \"80\"", "\"to\": \"81\"", "outbound bridge-out")]
    [InlineData("10.0.0.0/8", "10.0.0.0/9", "rules")]
    [InlineData("\"selector\": \"up\"", "\"selector\": \"up2\"", "balancer all")]
    [InlineData("\"probeTarget\": \"10.0.0.1:80\"", "\"probeTarget\": \"10.0.0.2:80\"", "observatory")]
    [InlineData("\"address\": \"other\"", "\"address\": \"another\"", "inbound dokodemo-door 127.0.0.1 port 9000")]
    [InlineData("\"listen\": \"127.0.0.1\", \"port\": 9000", "\"tag\": \"named\", \"listen\": \"127.0.0.1\", \"port\": 9000", "inbound named")]
    public void One_change_is_one_part(string before, string after, string part)
    {
        Assert.Contains(before, Rich, StringComparison.Ordinal);
        var difference = ConfigDifference.Between(Parts(Rich), Parts(Rich.Replace(before, after, StringComparison.Ordinal)));
        Assert.Equal([part], difference.Changed.Select(static pair => pair.New.Name));
        Assert.Empty(difference.Added);
        Assert.Empty(difference.Removed);
    }

    [Fact]
    public void A_virtual_domain_is_a_bridges_or_portals_change_and_with_it_the_rules()
    {
        var difference = ConfigDifference.Between(
            Parts(Rich), Parts(Rich.Replace("home.example", "new.example", StringComparison.Ordinal).Replace("far.example", "near.example", StringComparison.Ordinal)));
        Assert.Equal(
            ["inbound portal-interconn", "bridge bridge", "portal portal", "rules"], difference.Changed.Select(static pair => pair.New.Name));
        Assert.Empty(difference.Added);
        Assert.Empty(difference.Removed);
    }

    [Fact]
    public void Another_order_of_outbounds_counts_only_for_the_default()
    {
        const string First = """{ "outbounds": [ { "tag": "a", "protocol": "freedom" }, { "tag": "b", "protocol": "blackhole" }, { "protocol": "freedom" } ] }""";
        const string Second = """{ "outbounds": [ { "tag": "b", "protocol": "blackhole" }, { "protocol": "freedom" }, { "tag": "a", "protocol": "freedom" } ] }""";
        var difference = ConfigDifference.Between(Parts(First), Parts(Second));
        Assert.Equal(["default outbound"], difference.Changed.Select(static pair => pair.New.Name));
        Assert.Empty(difference.Added);
        Assert.Empty(difference.Removed);
    }

    [Fact]
    public void What_is_new_and_what_is_gone_is_named()
    {
        const string First = """{ "inbounds": [ { "tag": "a", "port": 1, "protocol": "dokodemo-door", "settings": { "address": "x" } } ], "outbounds": [ { "protocol": "freedom" } ] }""";
        const string Second = """{ "inbounds": [ { "tag": "b", "port": 2, "protocol": "dokodemo-door", "settings": { "address": "x" } } ], "outbounds": [ { "protocol": "freedom" } ] }""";
        var difference = ConfigDifference.Between(Parts(First), Parts(Second));
        Assert.Equal(["inbound b"], difference.Added.Select(static part => part.Name));
        Assert.Equal(["inbound a"], difference.Removed.Select(static part => part.Name));
        Assert.Empty(difference.Changed);
    }

    [Fact]
    public void Several_inbounds_of_one_tag_are_told_apart_by_what_they_say()
    {
        const string First = """{ "inbounds": [ { "tag": "a", "port": 1, "protocol": "dokodemo-door", "settings": { "address": "x" } }, { "tag": "a", "port": 2, "protocol": "dokodemo-door", "settings": { "address": "x" } } ] }""";
        const string Second = """{ "inbounds": [ { "tag": "a", "port": 2, "protocol": "dokodemo-door", "settings": { "address": "x" } } ] }""";
        var difference = ConfigDifference.Between(Parts(First), Parts(Second));
        Assert.Empty(difference.Changed);
        Assert.Equal("1", ((InboundConfig)Assert.Single(difference.Removed).Value).Ports[0].ToString());
    }

    [Fact]
    public void A_certificate_that_was_renewed_changes_its_inbound()
    {
        using var files = new TempDirectory();
        var (certificate, key) = (files.Write("certificate.pem", "one"), files.Write("key.pem", "two"));
        var text = $$"""
            { "inbounds": [ { "tag": "tls", "port": 1, "protocol": "vmess", "settings": { "clients": [ { "id": "UUID1" } ] },
              "streamSettings": { "security": "tls", "tlsSettings": { "certificates": [ { "certificateFile": "{{certificate}}", "keyFile": "{{key}}" } ] } } } ] }
            """;
        var before = Parts(text);
        files.Write("key.pem", "three");
        Assert.Equal(["inbound tls"], ConfigDifference.Between(before, Parts(text)).Changed.Select(static pair => pair.New.Name));
    }

    [Fact]
    public void Names_hold_no_secret()
    {
        var names = string.Join(' ', Parts(Rich).Select(static part => part.Name));
        Assert.All(Secrets.Values.Append("SOCKSPASS"), secret => Assert.DoesNotContain(secret, names, StringComparison.Ordinal));
    }

    private static ImmutableArray<ConfigPart> Parts(string text)
    {
        text = Secrets.Aggregate(text, static (all, secret) => all.Replace(secret.Key, secret.Value, StringComparison.Ordinal))
            .Replace("NEWKEY", TestKey.New(), StringComparison.Ordinal).Replace("NEWUUID", Guid.NewGuid().ToString(), StringComparison.Ordinal);
        var result = ConfigLoader.LoadText("test.json", text);
        Assert.False(result.HasErrors, string.Join('\n', result.Problems));
        return ConfigParts.Of(result.Config!);
    }
}
