using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.VMess;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class VMessIdTests
{
    private const string Bytes = "278487397e6241389fd3098a63964b6b";

    [Theory]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6b", 36)]
    [InlineData("278487397E6241389FD3098A63964B6B", 32)]
    [InlineData("27848739-7e6241389fd3-098a63964b6b", 34)]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6bXYZ", 36)]
    public void Dashes_and_case_do_not_matter(string text, int expectedUsed)
    {
        Assert.True(VMessUserId.TryParse(text, out var id, out var used));

        Assert.Equal(Bytes, Convert.ToHexStringLower(id.ToBytes()));
        Assert.Equal("27848739-7e62-4138-9fd3-098a63964b6b", id.Export());
        Assert.Equal(expectedUsed, used);
        Assert.Equal(id, VMessUserId.FromBytes(id.ToBytes()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("27848739")]
    [InlineData("2784873-97e62-4138-9fd3-098a63964b6b")]
    [InlineData("27848739--7e62-4138-9fd3-098a63964b6b")]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6")]
    [InlineData("27848739-7e62-4138-9fd3-098a63964b6g")]
    [InlineData("+7848739-7e62-4138-9fd3-098a63964b6b")]
    [InlineData(" 7848739-7e62-4138-9fd3-098a63964b6b")]
    [InlineData("correct horse battery staple and some more words")]
    public void Anything_else_is_no_id(string text) => Assert.False(VMessUserId.TryParse(text, out _, out _));

    [Fact]
    public void Printing_it_gives_too_little_to_use_it()
    {
        Assert.True(VMessUserId.TryParse(Bytes, out var id, out _));

        Assert.Equal("27848739-***", id.ToString());
        Assert.Contains("27848739-***", new VMessClient { Id = id }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("7e62", new VMessClient { Id = id }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_id_is_read_as_it_was_written() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf(VMessUserId.Length).ToArbitrary(), static bytes =>
        {
            var id = VMessUserId.FromBytes(bytes);
            return VMessUserId.TryParse(id.Export(), out var again, out var used) && used == 36 && again == id && again.ToBytes().SequenceEqual(bytes);
        }).Check(Config.QuickThrowOnFailure);
}
