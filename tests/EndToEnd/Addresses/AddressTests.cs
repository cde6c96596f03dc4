using System.Net;
using System.Net.Sockets;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Addresses;

/// <summary>Every kind of address is good for visitors and for targets, and ends and resets cross them.</summary>
public sealed class AddressTests(AddressTunnel tunnel) : IClassFixture<AddressTunnel>
{
    private const int Bytes = 300_000;

    [Fact]
    public Task A_unix_socket_leads_to_a_unix_socket() => AssertEchoedAsync(tunnel.UnixFile, tunnel.UnixTarget);

    [Fact]
    public Task An_abstract_unix_socket_leads_to_IPv6() => AssertEchoedAsync(tunnel.UnixAbstract, tunnel.IPv6Target);

    [Fact]
    public async Task Every_port_of_a_range_leads_to_IPv6()
    {
        foreach (var port in tunnel.Range)
        {
            await AssertEchoedAsync(port, tunnel.IPv6Target);
        }
    }

    [Fact]
    public Task IPv6_leads_to_a_unix_socket() => AssertEchoedAsync(tunnel.IPv6, tunnel.UnixTarget);

    [Fact]
    public async Task A_target_that_resets_resets_the_visitor()
    {
        using var visitor = await Visitor.ConnectAsync(tunnel.Resetting);
        await visitor.SendAsync("a"u8.ToArray());
        await visitor.ReadExactlyAsync(new byte[1]);
        await visitor.SendAsync("b"u8.ToArray());

        var failure = await Assert.ThrowsAsync<SocketException>(() => visitor.ReadToEndAsync());
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    private static async Task AssertEchoedAsync(EndPoint visited, TcpTarget target)
    {
        var before = target.Accepted;
        var data = Pattern.First(Bytes);
        using var visitor = await Visitor.ConnectAsync(visited);
        var echoed = visitor.ReadToEndAsync();
        await visitor.SendAsync(data);
        visitor.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(data, await echoed);
        Assert.Equal(before + 1, target.Accepted);
    }
}
