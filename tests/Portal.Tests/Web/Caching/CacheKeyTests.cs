using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Caching;

namespace Tunnel.Portal.Tests.Web.Caching;

public sealed class CacheKeyTests
{
    [Fact]
    public void The_path_is_as_it_came() =>
        Assert.Equal(new CacheKey("https", "example.com", "/a%2Fb?x=%20"), CacheKey.Of(Context("/a%2Fb?x=%20")));

    [Theory]
    [InlineData("/b", "/b")]
    [InlineData("/b?x=1", "/b?x=1")]
    [InlineData("https://example.com/b?x=1", "/b?x=1")]
    [InlineData("http://EXAMPLE.com/b", "/b")]
    [InlineData("//other.example/b", null)]
    [InlineData("https://other.example/b", null)]
    [InlineData("b", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Another_uri_counts_where_it_is_on_the_same_host(string? reference, string? target) =>
        Assert.Equal(target, CacheKey.OfReference(Context("/a").Request, reference)?.Target);

    private static DefaultHttpContext Context(string target)
    {
        var context = new DefaultHttpContext { Request = { Scheme = "https", Host = new HostString("Example.com") } };
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return context;
    }
}
