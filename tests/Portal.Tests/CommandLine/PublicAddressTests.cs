using System.Net;
using Tunnel.Portal.CommandLine;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Tests.CommandLine;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::1")]
    public void An_address_that_is_listened_on_is_the_answer(string address) =>
        Assert.Equal(address, PublicAddress.Guess(new ListenAddress(IPAddress.Parse(address))));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void For_all_addresses_it_is_one_that_can_be_dialled(string address)
    {
        var guess = IPAddress.Parse(PublicAddress.Guess(new ListenAddress(IPAddress.Parse(address))));
        Assert.NotEqual(IPAddress.Any, guess);
        Assert.NotEqual(IPAddress.IPv6Any, guess);
    }
}
