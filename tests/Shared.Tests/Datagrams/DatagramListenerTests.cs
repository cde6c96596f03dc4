using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class DatagramListenerTests : IAsyncDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly DropCounts _drops = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<DatagramFlow> _flows = new();
    private DatagramListener? _listener;

    public async ValueTask DisposeAsync()
    {
        await (_listener?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var flow in _flows)
        {
            flow.Dispose();
        }

        _pool.Dispose();
        _drops.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "::1")]
    public async Task Each_visitor_has_a_flow_of_its_own_and_gets_its_own_answers(string listen, string from)
    {
        Start(IPAddress.Parse(listen));
        using var one = Visit(from);
        using var other = Visit(from);
        await one.SendAsync("one"u8.ToArray());
        var first = await NextAsync();
        await other.SendAsync("other"u8.ToArray());
        var second = await NextAsync();
        Assert.Equal(one.Socket.LocalEndPoint, first.Visitor);
        Assert.Equal(other.Socket.LocalEndPoint, second.Visitor);
        Assert.Equal("one"u8.ToArray(), await Prefixed.ReadOneAsync(first.Input));
        Assert.Equal("other"u8.ToArray(), await Prefixed.ReadOneAsync(second.Input));

        await second.Output.WriteAsync(Prefixed.Of("to other"u8.ToArray(), []));
        await first.Output.WriteAsync(Prefixed.Of("to one"u8.ToArray()));
        Assert.Equal("to one"u8.ToArray(), await one.ReceiveAsync());
        Assert.Equal("to other"u8.ToArray(), await other.ReceiveAsync());
        Assert.Empty(await other.ReceiveAsync());

        await one.SendAsync(ReadOnlyMemory<byte>.Empty);
        await one.SendAsync("again"u8.ToArray());
        Assert.Empty(await Prefixed.ReadOneAsync(first.Input));
        Assert.Equal("again"u8.ToArray(), await Prefixed.ReadOneAsync(first.Input));
        Assert.Equal(2, _listener!.Count);
    }

    [Fact]
    public async Task The_longest_datagram_comes_and_goes_whole()
    {
        Start(IPAddress.Loopback);
        using var visitor = Visit("127.0.0.1");
        var longest = Pattern.First(DatagramPrefix.MaxDatagram);
        await visitor.SendAsync(longest);
        var flow = await NextAsync();
        Assert.Equal(longest, await Prefixed.ReadOneAsync(flow.Input));
        await flow.Output.WriteAsync(Prefixed.Of(longest));
        Assert.Equal(longest, await visitor.ReceiveAsync());
    }

    [Fact]
    public async Task A_flow_ends_with_its_output_and_the_next_datagram_makes_another()
    {
        Start(IPAddress.Loopback);
        using var visitor = Visit("127.0.0.1");
        await visitor.SendAsync("a"u8.ToArray());
        var flow = await NextAsync();
        await flow.Output.CompleteAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "no"));
        Assert.Equal(0, _listener!.Count);
        Assert.Equal("a"u8.ToArray(), await Prefixed.ReadOneAsync(flow.Input));
        await Assert.ThrowsAsync<IOException>(async () => await flow.Input.ReadAsync());

        await visitor.SendAsync("b"u8.ToArray());
        Assert.Equal("b"u8.ToArray(), await Prefixed.ReadOneAsync((await NextAsync()).Input));
    }

    [Fact]
    public async Task When_there_are_too_many_a_silent_flow_makes_room_and_one_that_talks_does_not()
    {
        Start(IPAddress.Loopback, new DatagramLimits { Flows = 2 });
        using var silent = Visit("127.0.0.1");
        using var talking = Visit("127.0.0.1");
        using var third = Visit("127.0.0.1");
        await silent.SendAsync("a"u8.ToArray());
        var silentFlow = await NextAsync();
        await talking.SendAsync("b"u8.ToArray());
        var talkingFlow = await NextAsync();

        await third.SendAsync("c"u8.ToArray());
        await Transport.Wait.UntilAsync(() => _drops.Of("flows") == 1, "the third was turned away");

        _time.Advance(TimeSpan.FromSeconds(5));
        await talkingFlow.Output.WriteAsync(Prefixed.Of("still there"u8.ToArray()));
        await third.SendAsync("d"u8.ToArray());
        Assert.Equal("d"u8.ToArray(), await Prefixed.ReadOneAsync((await NextAsync()).Input));
        Assert.Equal("a"u8.ToArray(), await Prefixed.ReadOneAsync(silentFlow.Input));
        Assert.True((await silentFlow.Input.ReadAsync()).IsCompleted);
        Assert.True((await silentFlow.Output.WriteAsync(Prefixed.Of([1]))).IsCompleted);
        Assert.False((await talkingFlow.Output.WriteAsync(Prefixed.Of([1]))).IsCompleted);
    }

    [Fact]
    public async Task A_stop_makes_no_more_flows_and_ends_each_once_it_is_silent()
    {
        Start(IPAddress.Loopback);
        using var visitor = Visit("127.0.0.1");
        using var late = Visit("127.0.0.1");
        await visitor.SendAsync("a"u8.ToArray());
        var flow = await NextAsync();
        var stopped = _listener!.StopAsync(CancellationToken.None);
        await late.SendAsync("b"u8.ToArray());
        await Transport.Wait.UntilAsync(() => _drops.Of("flows") == 1, "the late one was turned away");
        await visitor.SendAsync("c"u8.ToArray());
        Assert.Equal("a"u8.ToArray(), await Prefixed.ReadOneAsync(flow.Input));
        Assert.Equal("c"u8.ToArray(), await Prefixed.ReadOneAsync(flow.Input));
        Assert.False(stopped.IsCompleted);

        await Transport.Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return stopped.IsCompleted;
            },
            "the flow has ended");
        Assert.True((await flow.Input.ReadAsync()).IsCompleted);
    }

    [Fact]
    public void A_port_in_use_is_named()
    {
        Start(IPAddress.Loopback);
        var failure = Assert.Throws<InboundStartException>(() => DatagramListener.Bind(_listener!.BoundEndPoint, Options(DatagramLimits.Default)));
        Assert.Contains($"udp:{_listener!.BoundEndPoint}: the address is in use", failure.Message, StringComparison.Ordinal);
    }

    private void Start(IPAddress address, DatagramLimits? limits = null)
    {
        _listener = DatagramListener.Bind(new IPEndPoint(address, 0), Options(limits ?? DatagramLimits.Default));
        _listener.Start();
    }

    private DatagramListenerOptions Options(DatagramLimits limits) => new()
    {
        Accepted = _flows.Enqueue,
        Drops = new DatagramDrops(_drops.Metrics, "in"),
        Limits = limits,
        Pool = _pool,
        Time = _time,
    };

    private UdpVisitor Visit(string from) => new(new IPEndPoint(IPAddress.Parse(from), _listener!.BoundEndPoint.Port));

    private int _taken;

    private async Task<DatagramFlow> NextAsync()
    {
        await Transport.Wait.UntilAsync(() => _flows.Count > _taken, "there is another flow");
        return _flows.ElementAt(_taken++);
    }
}
