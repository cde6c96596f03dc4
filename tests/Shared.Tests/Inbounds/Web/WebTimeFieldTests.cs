using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Shared.Tests.Inbounds.Web;

public sealed class WebTimeFieldTests
{
    [Theory]
    [InlineData("10", 10)]
    [InlineData("1.5", 1.5)]
    [InlineData("10s", 10)]
    [InlineData("1m30s", 90)]
    [InlineData(" 12h ", 12 * 3600)]
    [InlineData("365d", 365 * 86400)]
    [InlineData("2w", 14 * 86400)]
    [InlineData("0.5d", 43200)]
    public void Times_are_seconds_or_have_a_unit(string text, double seconds)
    {
        Assert.True(WebTimeField.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("-1")]
    [InlineData("-Infinity")]
    [InlineData("NaN")]
    [InlineData("1x")]
    [InlineData("1d2")]
    [InlineData("99999999999999999999")]
    [InlineData("2147483647w")]
    [InlineData("999999999999999999999999999999d")]
    [InlineData("99999999999999999999h")]
    public void What_is_no_time_or_longer_than_any_is_refused(string text) => Assert.False(WebTimeField.TryParse(text, out _));
}
