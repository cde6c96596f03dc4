using Tunnel.Portal.Tests.Web.Serving;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Forwarding;

public sealed class TargetUriTests
{
    [Theory]
    [InlineData("/base/", "/other/", "/base/a/b", "/other/a/b")]
    [InlineData("/base/", "/other/", "/base/", "/other/")]
    [InlineData("/base/", "/", "/base/a?b=c&d", "/a?b=c&d")]
    [InlineData("/base/", "/other/", "/base/a?", "/other/a")]
    [InlineData("/open", "/other", "/openmore", "/othermore")]
    [InlineData("/cut", "/", "/cut/a", "//a")]
    [InlineData("/base/", "/other/", "/base/a%20b", "/other/a%20b")]
    [InlineData("/base/", "/other/", "/base/a%2Fb", "/other/a/b")]
    [InlineData("/base/", "/other/", "/base/a%3Fb%23c%25d", "/other/a%3Fb%23c%25d")]
    [InlineData("/base/", "/other/", "/base/%e4%Bd%a0", "/other/%E4%BD%A0")]
    [InlineData("/base/", "/other/", "/base/%FC", "/other/%FC")]
    [InlineData("/base/", "/other/", "/base/a\"b<c>", "/other/a\"b<c>")]
    [InlineData("/base/", "/other/", "/base/a%22b", "/other/a%22b")]
    [InlineData("/base/", "/other/", "/x/../base//a", "/other/a")]
    [InlineData("/base/", "/other/", "/base/a#b", "/other/a")]
    [InlineData("/a space/", "/other/", "/a%20space/x", "/other/x")]
    public void A_uri_of_the_target_replaces_what_the_route_matched(string route, string uri, string asked, string expected) =>
        Assert.Equal(expected, TargetUri.Of(Target(uri), new WebPath(WebPathKind.Prefix, route), RouteTableTests.PathOf(asked)));

    [Theory]
    [InlineData("/plain/a%2fb/../c?d=%zz", "/plain/a%2fb/../c?d=%zz")]
    [InlineData("http://host/plain/a", "/plain/a")]
    public void Without_one_the_uri_goes_as_it_came(string asked, string expected) =>
        Assert.Equal(expected, TargetUri.Of(Target(null), new WebPath(WebPathKind.Prefix, "/plain/"), RouteTableTests.PathOf(asked)));

    [Theory]
    [InlineData("/blog/", "/", "/blog")]
    [InlineData("/app/x/", "/x/", "/app")]
    [InlineData("/blog/", "/wordpress/", null)]
    [InlineData("/", "/", null)]
    [InlineData("/blog/", null, null)]
    public void The_prefix_is_what_is_taken_off_the_front(string route, string? uri, string? expected) =>
        Assert.Equal(expected, TargetUri.PrefixOf(Target(uri), new WebPath(WebPathKind.Prefix, route)));

    [Theory]
    [InlineData("/base/", "/other/", "http://target.test:8080/other/next?a", "/base/next?a")]
    [InlineData("/base/", "/other/", "http://target.test:8080/next", "http://target.test:8080/next")]
    [InlineData("/base/", "/other/", "/next", "/next")]
    [InlineData("/base/", null, "http://target.test:8080/base/next", "/base/next")]
    [InlineData("/base/", null, "https://elsewhere.test/", "https://elsewhere.test/")]
    public void A_redirect_to_the_target_itself_leads_to_the_portal(string route, string? uri, string location, string expected) =>
        Assert.Equal(expected, RedirectRewrite.Of(location, Target(uri), new WebPath(WebPathKind.Prefix, route)));

    private static WebTarget Target(string? uri) => new() { Host = "target.test", Port = 8080, Uri = uri };
}
