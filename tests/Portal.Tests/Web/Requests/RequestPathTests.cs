using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Requests;

namespace Tunnel.Portal.Tests.Web.Requests;

public sealed class RequestPathTests
{
    private static readonly string[] Pieces = ["/", "//", ".", "..", "a", "b%20c", "%2e", "%2F", "%E4%BD%A0", "%FC", "?", "x=1", "#", "~", "%3F", "%00", "%zz", "%"];

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/b/", "/a/b/")]
    [InlineData("//a///b//", "/a/b/")]
    [InlineData("/a/./b/.", "/a/b/")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/..", "/")]
    [InlineData("/a/...", "/a/...")]
    [InlineData("/a/..b/c..", "/a/..b/c..")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a%2F../b", "/b")]
    [InlineData("/%E4%BD%A0", "/你")]
    [InlineData("/a%3Fb", "/a?b")]
    [InlineData("/a#b", "/a")]
    [InlineData("/?a=/../b", "/")]
    [InlineData("http://host/a/../b", "/b")]
    [InlineData("HTTP://host", "/")]
    [InlineData("http://host?a", "/")]
    public void A_path_is_decoded_and_normalised(string target, string expected)
    {
        Assert.True(RequestPath.TryParse(target, out var path));
        Assert.Equal(expected, path.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("host:80")]
    [InlineData("a/b")]
    [InlineData("/..")]
    [InlineData("/a/../..")]
    [InlineData("/%2e%2e/a")]
    [InlineData("/%")]
    [InlineData("/%4")]
    [InlineData("/%zz")]
    [InlineData("/%00")]
    [InlineData("/a b")]
    [InlineData("/a\rb")]
    [InlineData("/a?b\tc")]
    [InlineData("/a\u007f")]
    public void What_leads_above_the_root_or_cannot_be_decoded_is_refused(string target) => Assert.False(RequestPath.TryParse(target, out _));

    [Theory]
    [InlineData("/a?b=%2F%20&c=//", "/a?b=%2F%20&c=//", "b=%2F%20&c=//")]
    [InlineData("/a?", "/a?", "")]
    [InlineData("/a?b#c", "/a?b", "b")]
    [InlineData("http://host/a%20b?c", "/a%20b?c", "c")]
    public void The_uri_stays_as_it_came(string target, string uri, string arguments)
    {
        Assert.True(RequestPath.TryParse(target, out var path));
        Assert.Equal(uri, path.RawUri);
        Assert.Equal(arguments, path.Arguments);
    }

    [Fact]
    public void What_is_no_utf8_keeps_its_bytes()
    {
        Assert.True(RequestPath.TryParse("/%FC", out var path));
        Assert.Equal("/\u00FC", path.Bytes);
        Assert.Equal("/\uFFFD", path.Text);
    }

    [Fact]
    public void A_normalised_path_is_absolute_and_has_nothing_left_to_resolve() => Prop.ForAll(
        Gen.Elements(Pieces).ListOf().Select(static pieces => "/" + string.Concat(pieces)).ToArbitrary(),
        static target =>
        {
            if (!RequestPath.TryParse(target, out var path))
            {
                return true;
            }

            var segments = path.Bytes[1..].Split('/');
            return path.Bytes.StartsWith('/')
                && !path.Bytes.Contains("//", StringComparison.Ordinal)
                && !segments.Any(static segment => segment is "." or "..")
                && !path.Bytes.Contains('\0', StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Escaping_a_normalised_path_and_reading_it_again_changes_nothing() => Prop.ForAll(
        Gen.Elements(Pieces).ListOf().Select(static pieces => "/" + string.Concat(pieces)).ToArbitrary(),
        static target => !RequestPath.TryParse(target, out var path)
            || (RequestPath.TryParse(UriEscape.Path(path.Bytes), out var again) && again.Bytes == path.Bytes)).QuickCheckThrowOnFailure();
}
