using System.Net;
using Tunnel.Portal.Web.Forwarding;

namespace Tunnel.Portal.Tests.Web.Forwarding;

public sealed class ForwardedHeadersTests
{
    private static readonly ForwardedFacts Facts = new()
    {
        Peer = IPAddress.Parse("192.0.2.9"),
        IsPeerTrusted = false,
        Visitor = IPAddress.Parse("192.0.2.9"),
        Scheme = "https",
        Host = "example.test:8443",
        Port = 8443,
    };

    private static readonly Dictionary<string, string> Claims = new(StringComparer.OrdinalIgnoreCase)
    {
        ["X-Forwarded-For"] = "198.51.100.1",
        ["X-Forwarded-Proto"] = "http",
        ["X-Forwarded-Host"] = "claimed.test",
        ["X-Forwarded-Prefix"] = "/before",
        ["Forwarded"] = "for=198.51.100.1",
    };

    [Fact]
    public void A_strangers_claims_are_not_heard()
    {
        var headers = Of(Facts);

        Assert.Equal("192.0.2.9", headers["X-Forwarded-For"]);
        Assert.Equal("192.0.2.9", headers["X-Real-IP"]);
        Assert.Equal("https", headers["X-Forwarded-Proto"]);
        Assert.Equal("example.test:8443", headers["X-Forwarded-Host"]);
        Assert.Equal("8443", headers["X-Forwarded-Port"]);
        Assert.Equal("for=192.0.2.9;host=\"example.test:8443\";proto=https", headers["Forwarded"]);
        Assert.DoesNotContain("X-Forwarded-Prefix", headers.Keys);
    }

    [Fact]
    public void A_trusted_proxys_word_is_continued()
    {
        var headers = Of(Facts with { IsPeerTrusted = true, Visitor = IPAddress.Parse("198.51.100.1"), Scheme = "http", Prefix = "/app" });

        Assert.Equal("198.51.100.1, 192.0.2.9", headers["X-Forwarded-For"]);
        Assert.Equal("198.51.100.1", headers["X-Real-IP"]);
        Assert.Equal("http", headers["X-Forwarded-Proto"]);
        Assert.Equal("claimed.test", headers["X-Forwarded-Host"]);
        Assert.Equal("80", headers["X-Forwarded-Port"]);
        Assert.Equal("/before/app", headers["X-Forwarded-Prefix"]);
        Assert.Equal("for=198.51.100.1, for=192.0.2.9;host=\"example.test:8443\";proto=http", headers["Forwarded"]);
    }

    [Fact]
    public void An_address_of_ipv6_stands_in_brackets_and_quotes() =>
        Assert.StartsWith("for=\"[2001:db8::1]\";", Of(Facts with { Peer = IPAddress.Parse("2001:db8::1") })["Forwarded"], StringComparison.Ordinal);

    [Theory]
    [InlineData("X-Forwarded-For", true)]
    [InlineData("x-forwarded-anything", true)]
    [InlineData("Forwarded", true)]
    [InlineData("x-real-ip", true)]
    [InlineData("X-Requested-With", false)]
    public void Claims_are_known_by_their_names(string name, bool expected) => Assert.Equal(expected, ForwardedHeaders.IsClaim(name));

    private static Dictionary<string, string> Of(ForwardedFacts facts) =>
        ForwardedHeaders.Of(facts, static name => Claims.GetValueOrDefault(name, string.Empty)).ToDictionary(static header => header.Name, static header => header.Value);
}
