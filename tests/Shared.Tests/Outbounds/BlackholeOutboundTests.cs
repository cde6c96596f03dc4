using System.Net.Sockets;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Outbounds.Blackhole;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class BlackholeOutboundTests
{
    private static readonly ConnectionInfo Info = new() { InboundTag = "in", Destination = new Destination(Network.Tcp, "a", 80) };

    [Fact]
    public async Task None_ends_both_directions_at_once_and_in_order()
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        await visitor.Output.WriteAsync("unread"u8.ToArray());
        await Create(http: false).HandleAsync(Info, pipe, CancellationToken.None);

        Assert.Empty(await Wait.ReadAllAsync(visitor.Input));
        Assert.True((await visitor.Output.FlushAsync()).IsCompleted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task The_answer_arrives_whole_although_nobody_asked_for_the_request(int requestBytes)
    {
        var (client, server) = await SocketPair.CreateAsync();
        await using var stream = new NetworkStream(client, ownsSocket: true);
        await using (var connection = new SocketConnection(server))
        {
            var sending = client.SendAsync(new byte[requestBytes]);
            var handled = Create(http: true).HandleAsync(Info, connection, CancellationToken.None);
            await sending;
            client.Shutdown(SocketShutdown.Send);
            await handled.WaitAsync(Wait.Bound);
        }

        var answer = await new StreamReader(stream, Encoding.ASCII).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("Content-Length: 0\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_visitor_who_waits_for_the_end_gets_it()
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var handled = Create(http: true).HandleAsync(Info, pipe, CancellationToken.None);

        // The visitor never ends its own direction: a bounded linger ends it.
        Assert.NotEmpty(await Wait.ReadAllAsync(visitor.Input));
        await handled.WaitAsync(Wait.Bound);
        Assert.True((await visitor.Output.FlushAsync()).IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_visitor_who_is_gone_and_a_stop_are_no_faults(bool gone)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        if (gone)
        {
            await visitor.Output.CompleteAsync(new IOException("gone"));
            await visitor.Input.CompleteAsync(new IOException("gone"));
        }

        await Create(http: true).HandleAsync(Info, pipe, new CancellationToken(canceled: !gone)).WaitAsync(Wait.Bound);
    }

    private static BlackholeOutbound Create(bool http) => new("out", new BlackholeSettings { HttpResponse = http });
}
