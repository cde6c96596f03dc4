using System.Text;
using Tunnel.Shared.Sniffing;

namespace Tunnel.Shared.Tests.Sniffing;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("Site.Example", "site.example")]
    [InlineData("a.", "a")]
    [InlineData("_sip.xn--bcher-kva.example", "_sip.xn--bcher-kva.example")]
    [InlineData("4.example", "4.example")]
    [InlineData("1.2.3.4a", "1.2.3.4a")]
    public void A_name_is_read_in_lower_case(string text, string expected)
    {
        Assert.True(HostName.TryRead(Encoding.UTF8.GetBytes(text), out var name));
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a..")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("1.0x7f")]
    [InlineData("0x")]
    [InlineData("::1")]
    [InlineData("[::1]")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a@b")]
    [InlineData("a\0")]
    [InlineData("a\n")]
    [InlineData("ä.example")]
    public void What_is_no_name_is_refused(string text) => Assert.False(HostName.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Lengths_are_those_of_dns()
    {
        var label = new string('a', 63);
        Assert.True(HostName.TryRead(Encoding.ASCII.GetBytes($"{label}.{label}.{label}.{label[..61]}"), out _));
        Assert.False(HostName.TryRead(Encoding.ASCII.GetBytes($"{label}.{label}.{label}.{label[..62]}"), out _));
        Assert.False(HostName.TryRead(Encoding.ASCII.GetBytes(label + "a.example"), out _));
    }
}
