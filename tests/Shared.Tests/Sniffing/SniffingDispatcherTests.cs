using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Mux;
using Tunnel.Mux.Cool;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Sniffing;
using Tunnel.Shared.Tests.VMess;
using Tunnel.Shared.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Testing;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Net;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Sessions;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Sniffing;

public sealed class SniffingDispatcherTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly SniffingConfig All = new() { Enabled = true, DestOverride = ["http", "tls", "quic"] };

    private readonly ManualTimeProvider _time = new();
    private readonly FakeDispatcher _inner = new();
    private readonly Stack<IAsyncDisposable> _owned = new();

    public static TheoryData<string> Kinds => ["memory", "socket", "native", "cool", "vmess"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_hello_in_pieces_is_recognised_and_the_outbound_reads_all_of_it(string kind)
    {
        var (visitor, pipe) = await ConnectAsync(kind);
        var hello = Hellos.Records(Hellos.Message("Site.Example", 1800));
        var dispatching = Dispatch(pipe);
        foreach (var piece in hello.Chunk(700))
        {
            await visitor.WriteAsync(piece);
        }

        var connection = await _inner.NextAsync();
        Assert.Equal("tcp:site.example:443", connection.Info.Destination.ToString());
        Assert.Equal("tls", connection.Info.Protocol);

        // The whole hello is there although nothing follows it.
        Assert.Equal(hello, await ReadAsync(connection.Pipe.Input, hello.Length));
        await visitor.WriteAsync("more"u8.ToArray());
        Assert.Equal("more"u8.ToArray(), await ReadAsync(connection.Pipe.Input, 4));
        connection.End();
        await dispatching;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_outbound_may_read_again_and_take_a_part(string kind)
    {
        var (visitor, pipe) = await ConnectAsync(kind);
        var hello = Hellos.Records(Hellos.Message("site.example"));
        await visitor.WriteAsync(hello.AsMemory(0, 20));
        var dispatching = Dispatch(pipe);
        var connection = await NextAfterAsync(PipeLook.RestPatience);
        var input = connection.Pipe.Input;

        var read = await input.ReadAsync().AsTask().WaitAsync(Limit);
        input.AdvanceTo(read.Buffer.Start);
        read = await input.ReadAsync().AsTask().WaitAsync(Limit);
        Assert.Equal(20, read.Buffer.Length);
        input.AdvanceTo(read.Buffer.GetPosition(5));
        Assert.Equal(hello[5..20], await ReadAsync(input, 15));
        await visitor.WriteAsync(hello.AsMemory(20));
        Assert.Equal(hello[20..], await ReadAsync(input, hello.Length - 20));
        connection.End();
        await dispatching;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_hello_at_once_leaves_the_pipe_as_it_was(string kind)
    {
        var (visitor, pipe) = await ConnectAsync(kind);
        var hello = Hellos.Records(Hellos.Message("site.example"));
        await visitor.WriteAsync(hello);
        var dispatching = Dispatch(pipe);

        var connection = await _inner.NextAsync();
        Assert.Equal(hello, await ReadAsync(connection.Pipe.Input, hello.Length));
        connection.End();
        await dispatching;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_silent_visitor_is_passed_on_after_a_moment_and_is_heard_later(string kind)
    {
        var (visitor, pipe) = await ConnectAsync(kind);
        var dispatching = Dispatch(pipe);
        var connection = await NextAfterAsync(PipeLook.SilencePatience);
        Assert.Equal("tcp:127.0.0.1:443", connection.Info.Destination.ToString());
        Assert.Null(connection.Info.Protocol);
        await visitor.WriteAsync("EHLO"u8.ToArray());
        Assert.Equal("EHLO"u8.ToArray(), await ReadAsync(connection.Pipe.Input, 4));
        await visitor.WriteAsync("more"u8.ToArray());
        Assert.Equal("more"u8.ToArray(), await ReadAsync(connection.Pipe.Input, 4));
        connection.End();
        await dispatching;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_visitor_that_stops_in_the_middle_is_passed_on_with_what_it_said(string kind)
    {
        var (visitor, pipe) = await ConnectAsync(kind);
        var hello = Hellos.Records(Hellos.Message("site.example"));
        await visitor.WriteAsync(hello.AsMemory(0, 20));
        var dispatching = Dispatch(pipe);
        var connection = await NextAfterAsync(PipeLook.RestPatience);
        Assert.Equal("tcp:127.0.0.1:443", connection.Info.Destination.ToString());
        Assert.Equal(hello[..20], await ReadAsync(connection.Pipe.Input, 20));
        await visitor.WriteAsync("more"u8.ToArray());
        Assert.Equal("more"u8.ToArray(), await ReadAsync(connection.Pipe.Input, 4));
        connection.End();
        await dispatching;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_outbound_that_reads_nothing_ends_a_silent_connection(string kind)
    {
        var (_, pipe) = await ConnectAsync(kind);
        var dispatching = Dispatch(pipe);
        var connection = await NextAfterAsync(PipeLook.SilencePatience);
        await connection.Pipe.AbortAsync(new IOException("no")).AsTask().WaitAsync(Limit);
        connection.End();
        await dispatching.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_visitor_that_ends_is_passed_on_with_what_it_said()
    {
        var (near, far) = DuplexPipePair.Create();
        var dispatching = Dispatch(far);
        await near.Output.WriteAsync("GET"u8.ToArray());
        await near.Output.CompleteAsync();

        var connection = await _inner.NextAsync();
        Assert.Equal("GET"u8.ToArray(), await ReadAsync(connection.Pipe.Input, 3));
        connection.End();
        await dispatching;
    }

    [Fact]
    public async Task A_connection_that_breaks_is_closed_and_nobody_else_hears_of_it()
    {
        var (near, far) = DuplexPipePair.Create();
        await near.Output.CompleteAsync(new IOException("broken"));

        await Dispatch(far).WaitAsync(Limit);

        await Assert.ThrowsAsync<IOException>(async () => await near.Input.ReadAsync());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", false, "http", "tcp:a.example:443", null, "http1")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", true, "http", "tcp:127.0.0.1:443", "a.example", "http1")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", false, "tls", "tcp:127.0.0.1:443", null, "http1")]
    [InlineData("GET / HTTP/1.1\r\nHost: 1.2.3.4\r\n\r\n", false, "http", "tcp:127.0.0.1:443", null, "http1")]
    [InlineData("\u0013BitTorrent protocol", false, "http", "tcp:127.0.0.1:443", null, "bittorrent")]
    [InlineData("SSH-2.0-visitor\r\n", false, "http", "tcp:127.0.0.1:443", null, null)]
    public async Task What_was_found_is_told_as_configured(string text, bool routeOnly, string word, string destination, string? sniffed, string? protocol)
    {
        var (near, far) = DuplexPipePair.Create();
        await near.Output.WriteAsync(Encoding.ASCII.GetBytes(text));
        var dispatching = Dispatch(far, new SniffingConfig { Enabled = true, DestOverride = [word], RouteOnly = routeOnly });

        var connection = await _inner.NextAsync();
        Assert.Same(far, connection.Pipe);
        Assert.Equal(destination, connection.Info.Destination.ToString());
        Assert.Equal(sniffed, connection.Info.SniffedDomain);
        Assert.Equal(protocol, connection.Info.Protocol);
        connection.End();
        await dispatching;
    }

    [Fact]
    public async Task Quic_is_recognised_among_datagrams()
    {
        var message = Hellos.Message("site.example", 1800);
        var packets = new QuicPackets(QuicPackets.V1);
        var (near, far) = DuplexPipePair.Create();
        var dispatching = Dispatch(far, network: Network.Udp);
        byte[][] datagrams =
        [
            packets.Seal(QuicPackets.ExampleId, 1, QuicPackets.Crypto(1000, message.AsSpan(1000))),
            packets.Seal(QuicPackets.ExampleId, 2, QuicPackets.Crypto(0, message.AsSpan(0, 1000))),
        ];
        var sent = new List<byte>();
        foreach (var datagram in datagrams)
        {
            byte[] prefixed = [(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram];
            sent.AddRange(prefixed);
            foreach (var piece in prefixed.Chunk(500))
            {
                await near.Output.WriteAsync(piece);
            }
        }

        var connection = await _inner.NextAsync();
        Assert.Equal("udp:site.example:443", connection.Info.Destination.ToString());
        Assert.Equal("quic", connection.Info.Protocol);
        Assert.Equal(sent, await ReadAsync(connection.Pipe.Input, sent.Count));
        connection.End();
        await dispatching;
    }

    private Task Dispatch(IDuplexPipe pipe, SniffingConfig? config = null, Network network = Network.Tcp)
    {
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(network, "127.0.0.1", 443) };
        return new SniffingDispatcher(_inner, config ?? All, _time, NullLogger.Instance).DispatchAsync(info, pipe, CancellationToken.None);
    }

    /// <summary>Moves the clock once somebody waits for it, in two steps: a certain protocol makes the wait longer.</summary>
    private async Task TimePassesAsync(TimeSpan patience)
    {
        await Eventually.HoldsAsync(() => _time.ActiveTimers > 0, Limit, () => "nobody waits");
        if (patience > PipeLook.SilencePatience)
        {
            // The first bytes may not have been seen when the timer was set: wait for the longer one.
            _time.Advance(PipeLook.SilencePatience - TimeSpan.FromMilliseconds(1));
            await Eventually.HoldsAsync(() => _time.ActiveTimers > 0, Limit, () => "nobody waits");
        }

        _time.Advance(patience);
    }

    /// <summary>What is dispatched when so much time has passed.</summary>
    private async Task<Dispatched> NextAfterAsync(TimeSpan patience)
    {
        await TimePassesAsync(patience);
        var next = _inner.NextAsync();
        while (!next.IsCompleted)
        {
            // Who looked at the clock just before it moved has set a timer for later.
            await Task.WhenAny(next, Task.Delay(50));
            _time.Advance(patience);
        }

        return await next;
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader, int count)
    {
        while (true)
        {
            var read = await reader.ReadAsync().AsTask().WaitAsync(Limit);
            Assert.False(read.IsCanceled);
            if (read.Buffer.Length >= count)
            {
                Assert.Equal(count, read.Buffer.Length);
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            Assert.False(read.IsCompleted, "ended early");
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A connection as inbounds have them: what the visitor writes to, and what is dispatched.</summary>
    private async Task<(PipeWriter Visitor, IDuplexPipe Pipe)> ConnectAsync(string kind)
    {
        switch (kind)
        {
            case "socket":
                using (var listener = new Socket(SocketType.Stream, ProtocolType.Tcp))
                {
                    listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
                    listener.Listen();
                    var visitor = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await visitor.ConnectAsync(listener.LocalEndPoint!);
                    var (near, far) = (new SocketConnection(visitor), new SocketConnection(await listener.AcceptAsync()));
                    _owned.Push(near);
                    _owned.Push(far);
                    return (near.Output, far);
                }

            case "native":
                var pair = new SessionPair();
                _owned.Push(pair);
                var stream = pair.Open();
                return (stream.Output, (await pair.Bridge.AcceptAsync())!);
            case "cool":
                var (left, right) = DuplexPipePair.Create();
                var opener = CoolSession.Start(left, CoolRole.Opener);
                var responder = CoolSession.Start(right, CoolRole.Responder);
                _owned.Push(opener);
                _owned.Push(responder);
                var opened = opener.TryOpen(new StreamMetadata(new Destination(Network.Tcp, "target.example", 80)))!;
                return (opened.Output, (await responder.AcceptAsync())!);
            case "vmess":
                var vmess = await VMessPair.ConnectAsync(VMessSecurity.Aes128Gcm);
                _owned.Push(vmess);
                return (vmess.Client.Output, vmess.Server);
            default:
                var (one, other) = DuplexPipePair.Create();
                return (one.Output, other);
        }
    }
}
