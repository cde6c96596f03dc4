using Tunnel.Portal.Web.Serving;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Serving;

public sealed class SiteTableTests
{
    private static readonly SiteTable Table = new(
    [
        Site("first.test"), Site("*.wild.test"), Site("*.deep.wild.test"), Site("one.wild.test", "other.test"), Site("_"), Site("[::1]"),
    ]);

    [Theory]
    [InlineData("first.test", 0)]
    [InlineData("FIRST.test:8080", 0)]
    [InlineData("first.test.", 0)]
    [InlineData("one.wild.test", 3)]
    [InlineData("two.wild.test", 1)]
    [InlineData("a.b.wild.test", 1)]
    [InlineData("a.deep.wild.test", 2)]
    [InlineData("deep.wild.test", 1)]
    [InlineData("wild.test", 4)]
    [InlineData("unknown", 4)]
    [InlineData("", 4)]
    [InlineData("_", 4)]
    [InlineData("[::1]:80", 5)]
    public void A_host_has_the_site_of_its_name_else_of_the_longest_wildcard_else_the_default(string header, int expected) =>
        Assert.Equal(expected, Table.Find(SiteTable.HostOf(header)));

    [Fact]
    public void Without_a_default_it_is_the_first() => Assert.Equal(0, new SiteTable([Site("a.test"), Site("b.test")]).Find("c.test"));

    private static WebSite Site(params string[] hosts) => new() { Hosts = [.. hosts] };
}
