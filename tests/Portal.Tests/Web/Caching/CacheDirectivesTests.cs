using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Caching;

namespace Tunnel.Portal.Tests.Web.Caching;

public sealed class CacheDirectivesTests
{
    private static readonly string[] Pieces =
        ["max-age", "s-maxage", "no-store", "private", "=", ",", "\"", "\\", " ", "\t", "1", "99999999999999999999", "-1", "x", "é", "max-stale", "stale-if-error"];

    [Fact]
    public void Anything_can_be_read() =>
        Prop.ForAll(
            Gen.Elements(Pieces).ArrayOf().Select(static pieces => string.Concat(pieces)).ToArbitrary(),
            static text =>
            {
                var directives = CacheDirectives.Parse(text);
                foreach (var span in new[] { directives.MaxAge, directives.SharedMaxAge, directives.MaxStale, directives.StaleIfError })
                {
                    Assert.True(span is null || span >= TimeSpan.Zero);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Theory]
    [InlineData("max-age=10", 10)]
    [InlineData("max-age = 10", 10)]
    [InlineData("max-age=99999999999999999999", int.MaxValue)]
    [InlineData("max-age=-1", 0)]
    [InlineData("max-age=1.5", 0)]
    [InlineData("max-age=", 0)]
    [InlineData("max-age", 0)]
    [InlineData(",, ,max-age=7,", 7)]
    [InlineData("x=\"\\\", max-age=1\", max-age=9", 9)]
    [InlineData("x=\"max-age=1", null)]
    [InlineData("xmax-age=1", null)]
    [InlineData("a-name-that-is-longer-than-any-that-is-known=1, max-age=3", 3)]
    public void A_lifetime_is_read_or_taken_for_none(string text, int? seconds) =>
        Assert.Equal(seconds, (int?)CacheDirectives.Parse(text).MaxAge?.TotalSeconds);

    [Fact]
    public void Lines_count_together()
    {
        var directives = CacheDirectives.Parse(new[] { "public", "max-age=5, no-cache=\"x\"" });
        Assert.True(directives.IsPublic && directives.NoCache && !directives.NoStore && !directives.IsPrivate);
        Assert.Equal(TimeSpan.FromSeconds(5), directives.MaxAge);
    }
}
