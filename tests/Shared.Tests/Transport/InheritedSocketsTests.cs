using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

public sealed class InheritedSocketsTests
{
    [Theory]
    [InlineData("42", "2", 2)]
    [InlineData("42", "0", 0)]
    [InlineData("41", "2", 0)]
    [InlineData(null, "2", 0)]
    [InlineData("42", null, 0)]
    [InlineData("42", "-1", 0)]
    [InlineData("42", "many", 0)]
    [InlineData("42", "1000000", 0)]
    public void They_are_for_the_process_that_is_named(string? pid, string? count, int expected) =>
        Assert.Equal(expected, InheritedSockets.Count(pid, count, processId: 42));

    [Fact]
    public void One_is_taken_by_its_address_and_once()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var address = (IPEndPoint)listener.LocalEndPoint!;
        var sockets = new InheritedSockets([listener]);

        Assert.False(sockets.TryTake(new IPEndPoint(IPAddress.Any, address.Port), out _));
        Assert.False(sockets.TryTake(new IPEndPoint(IPAddress.Loopback, 0), out _));
        Assert.True(sockets.TryTake(new IPEndPoint(IPAddress.Loopback, address.Port), out var taken));
        Assert.Same(listener, taken);
        Assert.False(sockets.TryTake(address, out _));
    }
}
