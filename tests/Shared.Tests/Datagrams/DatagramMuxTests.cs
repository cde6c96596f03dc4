using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Cool;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Relay;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Net;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Sessions;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class DatagramMuxTests
{
    private const int Datagrams = 20_000;

    [Fact]
    public async Task A_flow_whose_stream_is_not_read_drops_its_oldest_and_holds_nobody_up_on_a_native_session()
    {
        await using var pair = new SessionPair();
        await CheckAsync(pair.Portal, pair.Bridge, hasCredit: true);
    }

    [Fact]
    public async Task A_flow_whose_stream_is_not_read_loses_datagrams_and_holds_nobody_up_on_Mux_Cool()
    {
        var (near, far) = DuplexPipePair.Create();
        await using var portal = CoolSession.Start(near, CoolRole.Opener);
        await using var bridge = CoolSession.Start(far, CoolRole.Responder);
        await CheckAsync(portal, bridge, hasCredit: false);
        Assert.NotEqual(0, bridge.DatagramsNotReceived);
    }

    private static async Task CheckAsync(IMuxSession portal, IMuxSession bridge, bool hasCredit)
    {
        using var drops = new DropCounts();
        var queue = new DatagramQueue(DatagramLimits.Default, budget: null, new DatagramDrops(drops.Metrics, "in"), BlockPool.Default);
        var flow = new Flow(queue, new DatagramWriter(new RecordingSink(), new DatagramDrops(drops.Metrics, "in"), BlockPool.Default));
        var udp = portal.TryOpen(new StreamMetadata(new Destination(Network.Udp, "127.0.0.1", 53)))!;
        using var stop = new CancellationTokenSource();
        var relay = Shared.Relay.Relay.RunAsync(flow, udp, RelayOptions.Default, stop.Token);
        for (var i = 0; i < Datagrams; i++)
        {
            Assert.True(queue.Enqueue(Pattern.First(1200)));
        }

        var unread = (await bridge.AcceptAsync())!;
        Assert.Equal(Network.Udp, unread.Metadata.Destination.Network);
        if (hasCredit)
        {
            // Where there is credit the sender knows, and its own queue is where datagrams are lost.
            await Transport.Wait.UntilAsync(
                () =>
                {
                    queue.Enqueue(Pattern.First(1200));
                    return drops.Of("queue") > 100;
                },
                "the oldest are dropped");
        }

        // Beside it a TCP stream goes on, for more than any buffer holds.
        var tcp = portal.TryOpen(new StreamMetadata(new Destination(Network.Tcp, "127.0.0.1", 80)))!;
        var accepted = (await bridge.AcceptAsync())!;
        var sent = Pattern.First(3_000_000);
        var writing = Task.Run(async () =>
        {
            await tcp.Output.WriteAsync(sent);
            await tcp.Output.CompleteAsync();
        });
        for (var offset = 0; offset < sent.Length;)
        {
            using var bound = new CancellationTokenSource(Transport.Wait.Bound);
            var read = await accepted.Input.ReadAsync(bound.Token);
            foreach (var segment in read.Buffer)
            {
                Pattern.Verify(offset, segment.Span);
                offset += segment.Length;
            }

            accepted.Input.AdvanceTo(read.Buffer.End);
            Assert.False(read.IsCompleted && offset < sent.Length);
        }

        await writing;

        // What was not dropped is whole.
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(Pattern.First(1200), await Prefixed.ReadOneAsync(unread.Input));
        }

        await stop.CancelAsync();
        await relay;
    }

    private sealed record Flow(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
