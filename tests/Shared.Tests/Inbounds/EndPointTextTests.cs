using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Inbounds;

namespace Tunnel.Shared.Tests.Inbounds;

public sealed class EndPointTextTests
{
    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4:80")]
    [InlineData("::1", "[::1]:80")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4:80")]
    public void Addresses(string address, string expected) =>
        Assert.Equal(expected, EndPointText.Of(new IPEndPoint(IPAddress.Parse(address), 80)));

    [Fact]
    public void Others()
    {
        Assert.Equal("unix:/run/web.sock", EndPointText.Of(new UnixDomainSocketEndPoint("/run/web.sock")));
        Assert.Equal("unknown", EndPointText.Of(null));
    }
}
