using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds;
using Tunnel.Shared.Inbounds.DokodemoDoor;

namespace Tunnel.Shared.Tests.Inbounds;

public sealed class ListenEndPointsTests
{
    [Fact]
    public void Every_port_of_every_range_is_one() => Assert.Equal(
        [new IPEndPoint(IPAddress.Loopback, 80), new IPEndPoint(IPAddress.Loopback, 1000), new IPEndPoint(IPAddress.Loopback, 1001)],
        Of(new ListenAddress(IPAddress.Loopback), new PortRange(80), new PortRange(1000, 1001)));

    [Theory]
    [InlineData("/run/web.sock", "/run/web.sock")]
    [InlineData("@web", "\0web")]
    public void A_unix_socket_is_one_whatever_the_ports(string path, string expected) =>
        Assert.Equal([new UnixDomainSocketEndPoint(expected)], Of(new ListenAddress(path), new PortRange(80)));

    private static IEnumerable<EndPoint> Of(ListenAddress listen, params PortRange[] ports) => ListenEndPoints.Of(
        new InboundConfig { Protocol = "dokodemo-door", Listen = listen, Ports = [.. ports], Settings = new DokodemoDoorSettings { Address = "a" } });
}
