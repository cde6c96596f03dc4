using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Sessions;

namespace Tunnel.Shared.Tests.Balancing;

/// <summary>A connection that one outbound could not make reaches the next one as if it were the first.</summary>
public sealed class BalancedConnectionTests : IDisposable
{
    private const int Kept = 8 * 1024;

    private readonly RecordingLoggers _loggers = new();

    public void Dispose() => _loggers.Dispose();

    /// <summary>
    /// Random visitors, random outbounds that fail after they have read some of it in random pieces, one way or another, and in
    /// the end one that answers: it gets every byte once, in order, with the visitor's half-close, and so does the visitor.
    /// </summary>
    [Theory]
    [InlineData("pipe", 150)]
    [InlineData("socket", 60)]
    [InlineData("stream", 60)]
    public async Task Whatever_those_before_have_read_the_last_one_gets_it_all(string kind, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++)
        {
            try
            {
                await RunAsync(kind, new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    [Fact]
    public async Task An_answer_leaves_the_connection_to_its_outbound_whatever_comes_later()
    {
        var second = new FakeOutbound("b");
        var dispatcher = Create(
            new FakeOutbound("a", async (_, pipe, _) =>
            {
                await pipe.Output.WriteAsync("partial"u8.ToArray());
                await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "too late"));
            }),
            second);
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await dispatcher.DispatchAsync(To(), pipe, CancellationToken.None);

        await Assert.ThrowsAsync<MuxStreamException>(() => Wait.ReadAllAsync(visitor.Input));
        Assert.Empty(_loggers.With("is tried"));
    }

    [Theory]
    [InlineData(MuxErrorCode.Cancel)]
    [InlineData(MuxErrorCode.SessionLost)]
    [InlineData(MuxErrorCode.InternalError)]
    public async Task Only_a_failure_to_connect_is_repeated(MuxErrorCode code)
    {
        var dispatcher = Create(
            new FakeOutbound("a", (_, pipe, _) => pipe.AbortAsync(new MuxStreamException(code, "gone")).AsTask()),
            new FakeOutbound("b", (_, _, _) => throw new InvalidOperationException("must not be asked")));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await dispatcher.DispatchAsync(To(), pipe, CancellationToken.None);

        Assert.Equal(code, (await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync())).Code);
        Assert.Empty(_loggers.With("is left out"));
    }

    [Fact]
    public async Task Beyond_what_is_kept_the_connection_is_not_repeated_but_the_failure_counts()
    {
        var dispatcher = Create(
            new FakeOutbound("a", async (_, pipe, _) =>
            {
                await Wait.ReadExactAsync(pipe.Input, Kept + 1);
                await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "refused"));
            }),
            new FakeOutbound("b", (_, _, _) => throw new InvalidOperationException("must not be asked")));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await visitor.Output.WriteAsync(new byte[Kept + 1]);
        await dispatcher.DispatchAsync(To(), pipe, CancellationToken.None);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Single(_loggers.With("'a' is left out"));
    }

    [Fact]
    public async Task A_stream_with_the_smallest_window_is_not_stopped_by_what_is_kept()
    {
        await using var pair = new SessionPair(bridge: MuxOptions.Default with { InitialWindow = 16 * 1024 });
        var dispatcher = Create(new FakeOutbound("a", async (_, pipe, _) =>
        {
            // Answers only when it has all.
            await pipe.Input.CopyToAsync(Stream.Null);
            await pipe.Output.WriteAsync("all"u8.ToArray());
        }));
        var visitor = pair.Open();
        var stream = (await pair.Bridge.AcceptAsync())!;
        var dispatched = dispatcher.DispatchAsync(To(), stream, CancellationToken.None);

        for (var sent = 0; sent < 100; sent++)
        {
            await visitor.Output.WriteAsync(new byte[4096]).AsTask().WaitAsync(Wait.Bound);
        }

        await visitor.Output.CompleteAsync();
        Assert.Equal("all"u8.ToArray(), await Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await dispatched.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task An_outbound_that_throws_ends_the_visitor_and_is_not_repeated()
    {
        var dispatcher = Create(
            new FakeOutbound("a", (_, _, _) => throw new InvalidOperationException("a bug")),
            new FakeOutbound("b"));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await dispatcher.DispatchAsync(To(), pipe, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await visitor.Input.ReadAsync());
        Assert.Empty(_loggers.With("is tried"));
    }

    [Fact]
    public async Task What_is_cancelled_is_not_repeated()
    {
        using var end = new CancellationTokenSource();
        var dispatcher = Create(
            new FakeOutbound("a", async (_, pipe, _) =>
            {
                await end.CancelAsync();
                await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "refused"));
            }),
            new FakeOutbound("b", (_, _, _) => throw new InvalidOperationException("must not be asked")));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await dispatcher.DispatchAsync(To(), pipe, end.Token);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
    }

    private async Task RunAsync(string kind, Random random)
    {
        using var pool = new LeakCheckingPool();
        await using var pair = new SessionPair();
        var (visitor, inner) = await ConnectAsync(kind, pool, pair);
        var pipe = new CountingPipe(inner);
        int[] sizes = [0, 1, 100, 5000, Kept, Kept + 1, 30_000, 100_000];
        var sent = new byte[sizes[random.Next(sizes.Length)]];
        random.NextBytes(sent);
        var isHalfClosed = sent.Length == 0 || random.Next(2) == 0;

        var failing = Enumerable.Range(0, random.Next(4)).Select(index => Failing($"a{index}", random.Next(4), sent.Length, new Random(random.Next())));
        byte[]? seen = null;
        var good = new FakeOutbound("good", async (_, attempt, _) =>
        {
            seen = isHalfClosed ? await Wait.ReadAllAsync(attempt.Input) : await Wait.ReadExactAsync(attempt.Input, sent.Length);
            await attempt.Output.WriteAsync(seen);
        });
        var hasGood = random.Next(4) > 0;
        IOutbound[] outbounds = [.. failing, .. hasGood ? [good] : Array.Empty<IOutbound>()];
        if (outbounds.Length == 0)
        {
            outbounds = [good];
            hasGood = true;
        }

        var dispatched = Create(outbounds).DispatchAsync(To(), pipe, CancellationToken.None);
        var sending = SendAsync(visitor.Output, sent, isHalfClosed, random);
        if (hasGood)
        {
            var answer = await Wait.ReadAllAsync(visitor.Input);
            await sending.WaitAsync(Wait.Bound);
            Assert.Equal(sent, seen);
            Assert.Equal(sent, answer);
        }
        else
        {
            // A socket tells of a reset once: where a write has heard of it, a read only finds the end.
            var reading = Wait.ReadAllAsync(visitor.Input);
            await Task.WhenAll(sending, reading).WaitAsync(Wait.Bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(reading.IsFaulted || sending.IsFaulted);
            Assert.False(reading.IsCompletedSuccessfully && (await reading).Length > 0);
        }

        await dispatched.WaitAsync(Wait.Bound);
        Assert.Equal((1, 1), (pipe.InputEnds, pipe.OutputEnds));
        await visitor.Output.CompleteAsync();
        await visitor.Input.CompleteAsync();
        await DisposeAsync(visitor);
        await DisposeAsync(inner);
    }

    /// <summary>Reads some in pieces, consumes and examines what chance says, and then fails to connect.</summary>
    private static FakeOutbound Failing(string tag, int style, int sent, Random random) => new(tag, async (_, pipe, _) =>
    {
        var refusal = new MuxStreamException(MuxErrorCode.ConnectFailed, "refused");
        var failure = style == 1 ? new Shared.Relay.RelayAbortedException("the right side failed", refusal) : (Exception)refusal;
        var left = random.Next(Math.Min(sent, Kept) + 1);
        var taken = 0;
        while (left > 0)
        {
            var read = await pipe.Input.ReadAsync();
            var consumed = random.Next((int)Math.Min(read.Buffer.Length, left) + 1);
            if (style == 2 && random.Next(4) == 0)
            {
                // Fails with the read in its hands, as a relay does whose write fails.
                break;
            }

            // What it does not look at, it is shown again at once; having seen it all, it would wait for ever.
            var isAll = taken + read.Buffer.Length == sent;
            var examined = isAll || random.Next(3) == 0 ? read.Buffer.GetPosition(consumed) : read.Buffer.End;
            taken += consumed;
            pipe.Input.AdvanceTo(read.Buffer.GetPosition(consumed), examined);
            left -= Math.Max(consumed, 1);
            if (read.IsCompleted && consumed == read.Buffer.Length)
            {
                break;
            }
        }

        if (style == 3)
        {
            // A relay's abort wakes whoever waits, be it nobody.
            pipe.Input.CancelPendingRead();
            pipe.Output.CancelPendingFlush();
        }

        if (random.Next(2) == 0)
        {
            await pipe.Input.CompleteAsync(random.Next(2) == 0 ? failure : null);
        }

        await pipe.AbortAsync(failure);
    });

    private static async Task SendAsync(PipeWriter to, byte[] bytes, bool end, Random random)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            var size = Math.Min(random.Next(1, 20_000), bytes.Length - sent);
            await to.WriteAsync(bytes.AsMemory(sent, size));
            sent += size;
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }
        }

        if (end)
        {
            await to.CompleteAsync();
        }
    }

    private static async Task<(IDuplexPipe Visitor, IDuplexPipe Pipe)> ConnectAsync(string kind, MemoryPool<byte> pool, SessionPair pair)
    {
        switch (kind)
        {
            case "pipe":
                return Testing.Pipes.DuplexPipePair.Create(pool);
            case "stream":
                var stream = pair.Open();
                return (stream, (await pair.Bridge.AcceptAsync())!);
            default:
                var (client, server) = await SocketPair.CreateAsync();
                return (new SocketConnection(client, pool), new SocketConnection(server, pool));
        }
    }

    private static async Task DisposeAsync(IDuplexPipe pipe)
    {
        if (pipe is IAsyncDisposable owned)
        {
            await owned.DisposeAsync();
        }
    }

    private static ConnectionInfo To() => new() { InboundTag = "in", Destination = new Destination(Network.Tcp, "target.example", 80) };

    private Dispatcher Create(params IOutbound[] outbounds)
    {
        var context = TestContext.Create(_loggers);
        var routing = new RoutingConfig
        {
            Balancers = [new BalancerConfig { Tag = "all", Selectors = [.. outbounds.Select(static outbound => outbound.Tag)], Strategy = BalancerStrategy.RoundRobin }],
            Rules = [new RuleConfig { InboundTags = ["in"], BalancerTag = "all" }],
        };
        return new Dispatcher(new Router(routing), outbounds, new BalancerSet(routing.Balancers, outbounds, context), context);
    }
}
