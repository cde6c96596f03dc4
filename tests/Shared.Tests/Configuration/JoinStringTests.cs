using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class JoinStringTests
{
    [Theory]
    [InlineData("tunnel://id.secret@portal.example.com:7000", "id.secret", "portal.example.com", 7000, null)]
    [InlineData("TUNNEL://id.secret@[2001:db8::1]:7000/home.example", "id.secret", "2001:db8::1", 7000, "home.example")]
    [InlineData("tunnel://env:NAME@10.0.0.1:1/", "env:NAME", "10.0.0.1", 1, null)]
    [InlineData("tunnel://file:%2Fetc%2Fkey@a:1", "file:/etc/key", "a", 1, null)]
    [InlineData("tunnel://file:/etc/key@a:1/b.example", "file:/etc/key", "a", 1, "b.example")]
    [InlineData(" tunnel://a:0 ", null, "a", 0, null)]
    [InlineData("tunnel://@a:0", null, "a", 0, null)]
    public void It_is_read_and_written(string text, string? key, string host, int port, string? domain)
    {
        var join = JoinString.Parse(text);

        Assert.Equal(new JoinString { Key = key, Host = host, Port = port, Domain = domain }, join);
        Assert.Equal(join, JoinString.Parse(join.Export()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://k@a:1")]
    [InlineData("tunnel://")]
    [InlineData("tunnel://k@a")]
    [InlineData("tunnel://k@:1")]
    [InlineData("tunnel://k@a:65536")]
    [InlineData("tunnel://k@2001:db8::1:7000")]
    [InlineData("tunnel://k@a b:1")]
    [InlineData("tunnel://k@a:1/b/c")]
    [InlineData("tunnel://k@a:1/10.0.0.1")]
    [InlineData("tunnel://k@a:1?x=y")]
    public void Anything_else_is_refused_with_a_reason(string text)
    {
        Assert.False(JoinString.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
        Assert.Throws<FormatException>(() => JoinString.Parse(text));
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        Assert.False(JoinString.TryParse("tunnel://k\ud800@a:1", out _, out var error));
        Assert.StartsWith("half a character", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Printing_it_masks_the_secret_and_keeps_a_reference()
    {
        Assert.Equal("tunnel://***@a:1", JoinString.Parse("tunnel://hunter2@a:1").ToString());
        Assert.Equal("tunnel://env:NAME@a:1/d", JoinString.Parse("tunnel://env:NAME@a:1/d").ToString());
        Assert.Equal("tunnel://a:1", JoinString.Parse("tunnel://a:1").ToString());
    }
}
