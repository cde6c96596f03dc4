using System.IO.Pipelines;
using System.Text;
using Tunnel.Mux;
using Tunnel.Mux.Buffers;
using Tunnel.Shared.Balancing.Observing;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Testing.Dispatch;

namespace Tunnel.Shared.Tests.Balancing.Observing;

public sealed class ProbeTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", true)]
    [InlineData("HTTP/1.0 302 Found\r\nLocation: http://elsewhere.example/\r\n\r\n", true)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\n", true)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n", false)]
    [InlineData("", false)]
    public async Task An_http_probe_wants_an_answer_below_500(string answer, bool isAlive)
    {
        var asked = string.Empty;
        Destination? destination = null;
        var outbound = new FakeOutbound("out", async (info, pipe, _) =>
        {
            destination = info.Destination;
            asked = Encoding.ASCII.GetString(await ReadHeadAsync(pipe.Input));
            await pipe.Output.WriteAsync(Encoding.ASCII.GetBytes(answer));
        });

        var observation = await Http(Wait.Bound).RunAsync(outbound, CancellationToken.None);

        Assert.Equal(isAlive, observation.IsAlive);
        Assert.Equal(isAlive, observation.Delay is not null);
        Assert.Equal(isAlive, observation.Reason is null);
        Assert.Equal(new Destination(Network.Tcp, "service.example", 8080), destination);
        Assert.StartsWith("GET /health?a=b HTTP/1.1\r\n", asked, StringComparison.Ordinal);
        Assert.Contains("Host: service.example:8080\r\n", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_http_probe_does_not_wait_for_ever_and_ends_its_connection()
    {
        var ended = new TaskCompletionSource();
        var outbound = new FakeOutbound("out", async (_, pipe, _) =>
        {
            await Wait.ReadAllAsync(pipe.Input);
            ended.SetResult();
        });

        var observation = await Http(Soon).RunAsync(outbound, CancellationToken.None);

        Assert.Equal("no answer within 0.1 s", observation.Reason);
        await ended.Task.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task An_http_probe_does_not_read_a_header_without_end()
    {
        var outbound = new FakeOutbound("out", async (_, pipe, token) =>
        {
            await pipe.Output.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), token);
            FlushResult flush = default;
            while (!flush.IsCompleted)
            {
                flush = await pipe.Output.WriteAsync("X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n"u8.ToArray(), token);
            }
        });

        Assert.False((await Http(Wait.Bound).RunAsync(outbound, CancellationToken.None)).IsAlive);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_that_cannot_be_reached_is_dead_with_its_reason(bool connects)
    {
        var outbound = new FakeOutbound(
            "out", (_, pipe, _) => pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, "connection refused")).AsTask());
        IProbe probe = connects ? Connect(Wait.Bound) : Http(Wait.Bound);

        var observation = await probe.RunAsync(outbound, CancellationToken.None);

        Assert.False(observation.IsAlive);
        Assert.Contains("connection refused", observation.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_speaks_first_tells_its_delay_and_a_silent_one_is_alive_in_the_end()
    {
        var speaks = new FakeOutbound("out", async (_, pipe, _) => await pipe.Output.WriteAsync("SSH-2.0"u8.ToArray()));
        var closes = new FakeOutbound("out");
        var silent = new FakeOutbound("out", async (_, pipe, _) => await Wait.ReadAllAsync(pipe.Input));

        Assert.True(await Connect(Wait.Bound).RunAsync(speaks, CancellationToken.None) is { IsAlive: true, Delay: not null });
        Assert.True(await Connect(Wait.Bound).RunAsync(closes, CancellationToken.None) is { IsAlive: true, Delay: null });
        Assert.True(await Connect(Soon).RunAsync(silent, CancellationToken.None) is { IsAlive: true, Delay: null });
    }

    [Fact]
    public async Task A_probe_can_be_cancelled()
    {
        var silent = new FakeOutbound("out", async (_, pipe, _) => await Wait.ReadAllAsync(pipe.Input));
        foreach (var probe in new IProbe[] { Http(Wait.Bound), Connect(Wait.Bound) })
        {
            using var end = new CancellationTokenSource();
            var running = probe.RunAsync(silent, end.Token);
            await end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Wait.Bound));
        }
    }

    private static HttpProbe Http(TimeSpan limit) => new(new Uri("http://service.example:8080/health?a=b"), limit, BlockPool.Default, TimeProvider.System);

    private static ConnectProbe Connect(TimeSpan limit) =>
        new(new Destination(Network.Tcp, "service.example", 22), limit, BlockPool.Default, TimeProvider.System);

    private static async Task<byte[]> ReadHeadAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            var bytes = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
            var isWhole = bytes.AsSpan().IndexOf("\r\n\r\n"u8) >= 0;
            reader.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isWhole || read.IsCompleted)
            {
                return bytes;
            }
        }
    }
}
