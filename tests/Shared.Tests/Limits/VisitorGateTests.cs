using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Limits;

public sealed class VisitorGateTests
{
    private static readonly IPEndPoint One = IPEndPoint.Parse("198.51.100.1:1000");
    private static readonly IPEndPoint Two = IPEndPoint.Parse("198.51.100.2:1000");

    [Fact]
    public async Task A_full_inbound_waits_until_a_visitor_has_gone()
    {
        var gate = Gate(most: 2, mostPerAddress: 100);
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var visits = new[] { gate.RunAsync(Visitor(One), () => first.Task), gate.RunAsync(Visitor(Two), () => second.Task) };
        var room = gate.WhenRoomAsync(CancellationToken.None);
        Assert.False(room.IsCompleted);
        second.SetResult();
        await room.WaitAsync(Wait.Bound);
        Assert.Equal(1, gate.Count);
        first.SetResult();
        await Task.WhenAll(visits);
        Assert.Equal(0, gate.Count);
        Assert.True(gate.WhenRoomAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task A_wait_for_room_ends_with_its_token()
    {
        var gate = Gate(most: 1, mostPerAddress: 100);
        var visit = new TaskCompletionSource();
        var running = gate.RunAsync(Visitor(One), () => visit.Task);
        using var stop = new CancellationTokenSource();
        var room = gate.WhenRoomAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => room.WaitAsync(Wait.Bound));
        visit.SetResult();
        await running;
    }

    [Fact]
    public async Task One_address_has_its_share_and_no_more()
    {
        var gate = Gate(most: null, mostPerAddress: 2);
        var open = new TaskCompletionSource();
        var visits = new List<Task> { gate.RunAsync(Visitor(One), () => open.Task), gate.RunAsync(Visitor(One), () => open.Task) };
        var served = false;
        var refused = Visitor(One);
        await gate.RunAsync(refused, () =>
        {
            served = true;
            return Task.CompletedTask;
        });
        Assert.False(served);
        Assert.True(refused.Socket.SafeHandle.IsClosed);

        visits.Add(gate.RunAsync(Visitor(Two), () => open.Task));
        Assert.Equal(3, gate.Count);
        open.SetResult();
        await Task.WhenAll(visits);
        await gate.RunAsync(Visitor(One), () =>
        {
            served = true;
            return Task.CompletedTask;
        });
        Assert.True(served);
    }

    [Theory]
    [InlineData("[2001:db8::1]:1", "[2001:db8::ffff]:2", true)]
    [InlineData("[2001:db8::1]:1", "[2001:db8:0:1::1]:2", false)]
    [InlineData("198.51.100.1:1", "[::ffff:198.51.100.1]:2", true)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    public async Task What_counts_as_one_address(string first, string second, bool same)
    {
        var gate = Gate(most: null, mostPerAddress: 1);
        var open = new TaskCompletionSource();
        var visit = gate.RunAsync(Visitor(IPEndPoint.Parse(first)), () => open.Task);
        var served = false;
        await gate.RunAsync(Visitor(IPEndPoint.Parse(second)), () =>
        {
            served = true;
            return Task.CompletedTask;
        });
        Assert.Equal(!same, served);
        open.SetResult();
        await visit;
    }

    [Fact]
    public async Task A_visit_that_fails_is_counted_out()
    {
        var gate = Gate(most: 1, mostPerAddress: 1);
        await Assert.ThrowsAsync<IOException>(() => gate.RunAsync(Visitor(One), () => Task.FromException(new IOException("gone"))));
        Assert.Equal(0, gate.Count);
        Assert.True(gate.WhenRoomAsync(CancellationToken.None).IsCompleted);
    }

    private static VisitorGate Gate(int? most, int mostPerAddress) => new("public", most, mostPerAddress, NullLogger.Instance, TimeProvider.System);

    private static AcceptedSocket Visitor(IPEndPoint from) => new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), from);
}
