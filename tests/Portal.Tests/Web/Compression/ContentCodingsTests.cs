using Tunnel.Portal.Web.Compression;

namespace Tunnel.Portal.Tests.Web.Compression;

public sealed class ContentCodingsTests
{
    [Theory]
    [InlineData(null, "Identity")]
    [InlineData("", "Identity")]
    [InlineData("gzip, deflate, br", "Brotli")]
    [InlineData("gzip, deflate, br, zstd", "Brotli")]
    [InlineData("gzip", "Gzip")]
    [InlineData("x-gzip", "Gzip")]
    [InlineData("GZIP", "Gzip")]
    [InlineData("br;q=0.5, gzip", "Gzip")]
    [InlineData("br;q=0.5, gzip;q=0.5", "Brotli")]
    [InlineData("br;q=0, gzip;q=0.1", "Gzip")]
    [InlineData("br;q=0, gzip;q=0", "Identity")]
    [InlineData("*", "Brotli")]
    [InlineData("*;q=0", "Identity")]
    [InlineData("br;q=0, *", "Gzip")]
    [InlineData("identity", "Identity")]
    [InlineData("identity;q=1, gzip;q=0.5", "Identity")]
    [InlineData("identity;q=0.5, gzip", "Gzip")]
    [InlineData("deflate", "Identity")]
    public void The_best_liked_is_chosen(string? accepted, string expected) => Assert.Equal(expected, ContentCodings.Choose(accepted).ToString());

    [Theory]
    [InlineData("text/html", true)]
    [InlineData("Text/HTML; charset=utf-8", true)]
    [InlineData("text/css", false)]
    [InlineData("image/svg+xml", true)]
    [InlineData("image/png", true)]
    [InlineData("imagery/png", false)]
    [InlineData("", false)]
    [InlineData("; x", false)]
    [InlineData(null, false)]
    public void Media_types_match_whole_or_by_their_first_half(string? type, bool expected) =>
        Assert.Equal(expected, new MediaTypeSet(["text/html", "image/*"]).Contains(type));

    [Fact]
    public void A_star_is_every_type() => Assert.True(new MediaTypeSet(["*"]).Contains("font/woff2"));
}
