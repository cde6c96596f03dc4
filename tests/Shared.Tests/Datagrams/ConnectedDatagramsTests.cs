using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class ConnectedDatagramsTests : IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly DropCounts _drops = new();

    public void Dispose()
    {
        _pool.Dispose();
        _drops.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Datagrams_go_to_the_peer_and_come_back(string address)
    {
        await using var echo = new UdpEcho(IPAddress.Parse(address));
        await using var datagrams = await ConnectAsync(address, echo.EndPoint.Port);
        await datagrams.Output.WriteAsync(Prefixed.Of("one"u8.ToArray(), [], "two"u8.ToArray()));
        Assert.Equal("one"u8.ToArray(), await Prefixed.ReadOneAsync(datagrams.Input));
        Assert.Empty(await Prefixed.ReadOneAsync(datagrams.Input));
        Assert.Equal("two"u8.ToArray(), await Prefixed.ReadOneAsync(datagrams.Input));

        await datagrams.Output.CompleteAsync();
        Assert.True((await datagrams.Input.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_does_not_end_the_flow_and_who_comes_later_is_reached()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var port = FreePort.Next();
        server.Bind(new IPEndPoint(IPAddress.Loopback, port));
        await using var datagrams = await ConnectAsync("127.0.0.1", port);
        server.Dispose();
        for (var i = 0; i < 20; i++)
        {
            Assert.False((await datagrams.Output.WriteAsync(Prefixed.Of("anyone?"u8.ToArray()))).IsCompleted);
        }

        using var later = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        later.Bind(new IPEndPoint(IPAddress.Loopback, port));
        await datagrams.Output.WriteAsync(Prefixed.Of("now"u8.ToArray()));
        var received = await later.ReceiveFromAsync(new byte[100], new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Transport.Wait.Bound);
        await later.SendToAsync("yes"u8.ToArray(), received.RemoteEndPoint);
        Assert.Equal("yes"u8.ToArray(), await Prefixed.ReadOneAsync(datagrams.Input));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_dropped_and_counted()
    {
        await using var echo = new UdpEcho();
        await using var datagrams = await ConnectAsync("127.0.0.1", echo.EndPoint.Port);
        await datagrams.Output.WriteAsync(Prefixed.Of(new byte[65510], "fits"u8.ToArray()));
        Assert.Equal("fits"u8.ToArray(), await Prefixed.ReadOneAsync(datagrams.Input));
        Assert.Equal(1, _drops.Of("size"));
    }

    [Fact]
    public async Task A_name_is_resolved_and_IPv4_goes_first()
    {
        await using var echo = new UdpEcho();
        var options = new SocketDialOptions { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]) };
        using (var socket = await DatagramDialer.ConnectAsync("home.example", echo.EndPoint.Port, options))
        {
            Assert.Equal(echo.EndPoint, socket.RemoteEndPoint);
        }

        var nowhere = new SocketDialOptions { Resolve = (_, _) => throw new SocketException((int)SocketError.HostNotFound) };
        var failure = await Assert.ThrowsAsync<DialException>(() => DatagramDialer.ConnectAsync("home.example", 53, nowhere));
        Assert.Contains("udp:home.example:53", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DialException>(() => DatagramDialer.ConnectAsync("127.0.0.1", 0));
    }

    private async Task<ConnectedDatagrams> ConnectAsync(string address, int port) =>
        new(await DatagramDialer.ConnectAsync(address, port), new DatagramDrops(_drops.Metrics, "out"), _pool);
}
