using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Freedom;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class ShortFormTests
{
    private static readonly InterconnectKey Key = Parse(TestKeys.First);

    [Fact]
    public void A_portal_made_in_code_is_the_one_read_from_text()
    {
        Assert.True(ListenEndpoint.TryParse("0.0.0.0:7000", out var listen, out _));
        Assert.True(ListenEndpoint.TryParse("8080", out var visitors, out _));
        var text = "{ \"reverse\": { \"portals\": [ { \"domain\": \"home.example\", \"listen\": \"tunnel://" + TestKeys.First + "@0.0.0.0:7000\", \"public\": \"8080\" } ] } }";

        var config = ShortForm.Portal("home.example", listen, Key, [visitors]);

        Assert.Null(ModelDifference.Find(ConfigLoader.LoadText("f", text, strict: true).Config, config));
    }

    [Fact]
    public void A_bridge_made_in_code_is_the_one_read_from_text()
    {
        var join = JoinString.Parse($"tunnel://{TestKeys.First}@[::1]:7000/home.example");
        Assert.True(ShortForm.TryParseTarget("80", out var target, out _));
        var text = "{ \"reverse\": { \"bridges\": [ { \"domain\": \"home.example\", \"dial\": \"" + join.Export() + "\", \"to\": \"127.0.0.1:80\" } ] } }";

        var config = ShortForm.Bridge("home.example", join, Key, target);

        Assert.Null(ModelDifference.Find(ConfigLoader.LoadText("f", text, strict: true).Config, config));
    }

    [Theory]
    [InlineData("80", "127.0.0.1", 80)]
    [InlineData(":80", "127.0.0.1", 80)]
    [InlineData("web.example:8080", "web.example", 8080)]
    [InlineData("[::1]:80", "::1", 80)]
    public void A_target_is_host_and_port(string text, string host, int port)
    {
        Assert.True(ShortForm.TryParseTarget(text, out var target, out _));
        Assert.Equal(new RedirectTarget { Host = host, Port = port }, target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData(":0")]
    [InlineData("web.example")]
    [InlineData("web.example:0")]
    [InlineData("0.0.0.0:80")]
    [InlineData("::1")]
    [InlineData("unix:")]
    public void A_target_that_is_not_complete_is_refused(string text)
    {
        Assert.False(ShortForm.TryParseTarget(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void What_cannot_work_is_an_argument_error()
    {
        var listen = new ListenEndpoint(ListenAddress.Any, 7000);
        Assert.Throws<ArgumentException>(() => ShortForm.Portal("10.0.0.1", listen, Key, [listen]));
        Assert.Throws<ArgumentException>(() => ShortForm.Portal("a", listen, Key, []));
        Assert.Throws<ArgumentException>(() => ShortForm.Bridge("a", JoinString.Parse("tunnel://a:0"), Key, new RedirectTarget { Port = 80 }));
    }

    [Fact]
    public void A_mistake_in_a_short_form_does_not_make_its_tags_unknown()
    {
        const string text = "{ \"reverse\": { \"portals\": [ { \"domain\": \"a\", \"listen\": \"tunnel://\", \"public\": 1 } ] },"
            + "\"routing\": { \"rules\": [ { \"type\": \"field\", \"inboundTag\": \"portal-external\", \"outboundTag\": \"portal\" } ] } }";

        Assert.Single(ConfigLoader.LoadText("f", text).Problems);
    }

    private static InterconnectKey Parse(string text) =>
        InterconnectKey.TryParse(text, out var key, out var error) ? key : throw new FormatException(error);
}
