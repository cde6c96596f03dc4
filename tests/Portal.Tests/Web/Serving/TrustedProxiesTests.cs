using System.Collections.Immutable;
using System.Net;
using Tunnel.Portal.Web.Serving;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Tests.Web.Serving;

public sealed class TrustedProxiesTests
{
    private static readonly TrustedProxies Proxies = new([new CidrBlock(IPAddress.Parse("10.0.0.0"), 8)]);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1, 10.0.0.5", "192.0.2.1")]
    [InlineData("198.51.100.7, 192.0.2.1, 10.0.0.5, 10.1.1.1", "192.0.2.1")]
    [InlineData("10.0.0.1, 10.0.0.2", "10.0.0.1")]
    [InlineData("192.0.2.1:4711", "192.0.2.1")]
    [InlineData("[2001:db8::1]:80", "2001:db8::1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("nonsense, 10.0.0.1", "10.0.0.1")]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    public void The_visitor_is_the_last_one_that_is_no_proxy(string chain, string? expected) =>
        Assert.Equal(expected, Proxies.VisitorOf(chain)?.Address.ToString());

    [Fact]
    public void Nobody_is_trusted_unless_named()
    {
        Assert.False(new TrustedProxies(ImmutableArray<CidrBlock>.Empty).Contains(IPAddress.Loopback));
        Assert.False(new TrustedProxies(ImmutableArray<CidrBlock>.Empty).Contains(null));
        Assert.False(Proxies.Contains(IPAddress.Loopback));
        Assert.True(Proxies.Contains(IPAddress.Parse("10.1.2.3")));
    }

    [Fact]
    public void The_chain_of_a_forwarded_header_is_its_addresses() =>
        Assert.Equal("192.0.2.1, [2001:db8::1]:80", TrustedProxies.ChainOf("for=192.0.2.1;proto=https, For=\"[2001:db8::1]:80\";by=x"));
}
