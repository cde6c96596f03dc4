using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData(" 2m ", 120_000)]
    [InlineData("500us", 0.5)]
    public void Times_are_gos(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1s2")]
    [InlineData("1..5s")]
    [InlineData("99999999999999999999h")]
    public void What_is_no_time_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void A_time_is_read_as_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static milliseconds =>
            DurationText.TryParse(DurationText.Format(TimeSpan.FromMilliseconds(milliseconds)), out var value)
            && value == TimeSpan.FromMilliseconds(milliseconds)).Check(Config.QuickThrowOnFailure);
}
