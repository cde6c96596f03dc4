using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Tests.Transport;

namespace Tunnel.Shared.Tests.Limits;

public sealed class DescriptorGateTests
{
    [Theory]
    [InlineData(1024L, 959L, false)]
    [InlineData(1024L, 960L, true)]
    [InlineData(65536L, 61440L, true)]
    [InlineData(null, 1_000_000L, false)]
    public void The_last_descriptors_are_kept_back(long? limit, long number, bool isNear)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(isNear, new DescriptorGate(limit, _ => number, TimeProvider.System).IsNearLimit(socket));
    }

    [Fact]
    public async Task Accepting_goes_on_when_some_were_closed()
    {
        long number = 1000;
        var gate = new DescriptorGate(1024, _ => Volatile.Read(ref number), TimeProvider.System);
        var room = gate.WhenRoomAsync(NullLogger.Instance, CancellationToken.None);
        await Task.Delay(300);
        Assert.False(room.IsCompleted);
        Volatile.Write(ref number, 10);
        await room.WaitAsync(Wait.Bound);
    }

    [Fact]
    public void The_number_of_a_socket_is_below_the_limit_of_this_process()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.False(DescriptorGate.Process.IsNearLimit(socket));
    }
}
