using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Files;

namespace Tunnel.Portal.Tests.Web.Files;

public sealed class FilePathTests
{
    private const string Root = "/var/www";

    [Theory]
    [InlineData("/a", "/var/www/a")]
    [InlineData("/a/b.html", "/var/www/a/b.html")]
    [InlineData("//a", "/var/www/a")]
    [InlineData("/", "/var/www")]
    [InlineData("/..a/b..", "/var/www/..a/b..")]
    [InlineData("/...", "/var/www/...")]
    [InlineData("", null)]
    [InlineData("a", null)]
    [InlineData("/..", null)]
    [InlineData("/a/../b", null)]
    [InlineData("/a/.", null)]
    [InlineData("/a\0b", null)]
    public void A_path_lies_below_the_root_or_is_none(string path, string? expected) => Assert.Equal(expected, FilePath.Below(Root, path));

    [Fact]
    public void Whatever_the_path_nothing_is_above_the_root() =>
        Prop.ForAll(
            Gen.Elements("/", "..", ".", "a", "%2e%2e", "\\", "\0", "~", " ").ArrayOf().Select(static pieces => string.Concat(pieces)).ToArbitrary(),
            static path => FilePath.Below(Root, path) is not { } full || Path.GetFullPath(full).StartsWith(Root, StringComparison.Ordinal))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
}
