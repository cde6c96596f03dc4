using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Outbounds.Http;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Outbounds.Socks;
using Tunnel.Shared.Tests.Interconnect;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class ProxyOutboundTests : IDisposable
{
    private static readonly byte[] SocksGranted = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    private static readonly ProxyUser Ann = new() { Name = "ann", Password = new ProxyPassword("secret") };
    private static readonly int ConnectLength = ConnectRequest.Of("web.example", 80, user: null).Length;

    private readonly RecordingLoggers _loggers = new();
    private readonly LeakCheckingPool _pool = new(64 * 1024);
    private readonly List<byte[]> _requests = [];

    public void Dispose()
    {
        _pool.Dispose();
        _loggers.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_through_a_SOCKS5_proxy_carries_bytes_and_ends(bool withUser)
    {
        await using var proxy = withUser
            ? MiniProxy.Scripted(_requests, (4, [5, 2]), (12, [1, 0]), (18, [.. SocksGranted, .. "hello "u8]))
            : MiniProxy.Scripted(_requests, (3, [5, 0]), (18, [.. SocksGranted, .. "hello "u8]));

        Assert.Equal("hello web", await AskAsync(Create(new SocksHandshake(), withUser ? Ann : null, proxy), "web"));

        // The name is passed on as it is.
        Assert.Equal([5, 1, 0, 3, 11, .. "web.example"u8, 0, 80], _requests[^1]);
        await _loggers.SeenAsync("ended: 3 bytes to the server, 9 from it, Completed");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Connection established\r\nContent-Length: 3\r\n\r\n")]
    public async Task A_connection_through_an_HTTP_proxy_carries_bytes_and_ends(string answer)
    {
        await using var proxy = MiniProxy.Scripted(_requests, (ConnectLength, Encoding.ASCII.GetBytes(answer + "hello ")));

        Assert.Equal("hello web", await AskAsync(Create(new ConnectHandshake(), user: null, proxy), "web"));
    }

    [Theory]
    [InlineData(new byte[] { 5, 255 }, "wants a user; give one in 'users'")]
    [InlineData(new byte[] { 5, 2 }, "was not offered (2)")]
    [InlineData(new byte[] { 4, 0 }, "speaks SOCKS4 only")]
    public async Task A_SOCKS5_proxy_that_wants_something_else_is_named(byte[] answer, string reason)
    {
        await using var proxy = MiniProxy.Scripted(_requests, (3, answer));
        var message = await FailAsync(Create(new SocksHandshake(), user: null, proxy));

        Assert.StartsWith($"Cannot connect to web.example:80: the SOCKS5 proxy at {proxy.EndPoint} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_without_it()
    {
        await using var proxy = MiniProxy.Scripted(_requests, (4, [5, 2]), (12, [1, 1]));
        var message = await FailAsync(Create(new SocksHandshake(), Ann, proxy));

        Assert.Contains("refuses the password of user 'ann'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message + Ann, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_code_is_said_in_words()
    {
        await using var proxy = MiniProxy.Scripted(_requests, (3, [5, 0]), (18, [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]));

        Assert.Contains("'connection refused' (SOCKS reply 5)", await FailAsync(Create(new SocksHandshake(), user: null, proxy)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Filtered\r\nContent-Length: 2\r\n\r\nno", "refused CONNECT with HTTP status 403 Filtered; its rules forbid")]
    [InlineData("HTTP/1.1 407 \r\n\r\n", "refused CONNECT with HTTP status 407; it wants a user")]
    [InlineData("HTTP/1.1 101 Switching\r\n\r\n", "HTTP status 101")]
    [InlineData("220 smtp\r\n", "does not speak HTTP")]
    public async Task A_refused_CONNECT_names_the_status(string answer, string reason)
    {
        await using var proxy = MiniProxy.Scripted(_requests, (ConnectLength, Encoding.ASCII.GetBytes(answer)));
        var message = await FailAsync(Create(new ConnectHandshake(), user: null, proxy));

        Assert.Contains($"the HTTP proxy at {proxy.EndPoint} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_closes_is_named()
    {
        await using var proxy = new TcpTarget((_, _) => Task.CompletedTask);

        Assert.Contains("closed the connection before it answered", await FailAsync(Create(new ConnectHandshake(), user: null, proxy)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_named()
    {
        var port = FreePort.Next();
        var server = new ProxyServer { Address = "127.0.0.1", Port = port };

        Assert.Equal(
            $"Cannot connect to web.example:80: the HTTP proxy is not there: cannot connect to 127.0.0.1:{port}: connection refused; nothing listens there",
            await FailAsync(Create(new ConnectHandshake(), server)));
    }

    [Fact]
    public async Task A_proxy_that_hangs_is_given_up()
    {
        var asked = new TaskCompletionSource();
        await using var proxy = new TcpTarget(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[ConnectLength], cancellation);
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        });
        var clock = new ManualTimeProvider();
        var failing = FailAsync(Create(new ConnectHandshake(), ServerOf(proxy), clock));
        await asked.Task.WaitAsync(Wait.Bound);
        clock.Advance(TimeSpan.FromSeconds(16));

        Assert.EndsWith("did not answer within 16 s", await failing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_while_the_proxy_is_asked_ends_it()
    {
        await using var proxy = new TcpTarget((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        using var stop = new CancellationTokenSource();
        var (visitor, handled) = Visit(Create(new ConnectHandshake(), user: null, proxy), stop.Token);
        await Wait.UntilAsync(() => proxy.Open == 1, "the proxy is asked");
        await stop.CancelAsync();
        await handled.WaitAsync(Wait.Bound);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await visitor.Input.ReadAsync());
    }

    [Fact]
    public async Task Datagrams_go_through_a_SOCKS5_proxy_until_it_closes()
    {
        using var relay = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        relay.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)relay.LocalEndPoint!).Port;
        var close = new TaskCompletionSource();
        await using var proxy = new TcpTarget(async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[3], cancellation);
            await socket.SendAsync(new byte[] { 5, 0 }, cancellation);
            var request = new byte[10];
            await socket.ReceiveAsync(request, cancellation);
            Assert.Equal([5, 3, 0, 1, 0, 0, 0, 0, 0, 0], request);

            // Its own address, as most proxies say it.
            await socket.SendAsync(new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, (byte)(port >> 8), (byte)port }, cancellation);
            await close.Task.WaitAsync(cancellation);
        });
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, "192.0.2.7", 53) };
        var handled = Create(new SocksHandshake(), user: null, proxy).HandleAsync(info, pipe, CancellationToken.None);

        await visitor.Output.WriteAsync(new byte[] { 0, 1, 42 });
        var packet = new byte[64];
        var received = await relay.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Wait.Bound);
        Assert.Equal([0, 0, 0, 1, 192, 0, 2, 7, 0, 53, 42], packet[..received.ReceivedBytes]);

        // From somebody else, a fragment, and the answer.
        await relay.SendToAsync(new byte[] { 0, 0, 0, 1, 192, 0, 2, 8, 0, 53, 1 }, received.RemoteEndPoint);
        await relay.SendToAsync(new byte[] { 0, 0, 1, 1, 192, 0, 2, 7, 0, 53, 2 }, received.RemoteEndPoint);
        await relay.SendToAsync(new byte[] { 0, 0, 0, 1, 192, 0, 2, 7, 0, 53, 3, 4 }, received.RemoteEndPoint);
        Assert.Equal([0, 2, 3, 4], await Wait.ReadExactAsync(visitor.Input, 4));

        close.SetResult();
        Assert.Empty(await Wait.ReadAllAsync(visitor.Input));
        await visitor.Output.CompleteAsync();
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task Datagrams_cannot_go_through_an_HTTP_proxy()
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, "192.0.2.7", 53) };
        await Create(new ConnectHandshake(), new ProxyServer { Address = "127.0.0.1", Port = 1 }).HandleAsync(info, pipe, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.EndsWith("datagrams cannot go through an HTTP proxy", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_to_the_proxy_is_the_transports()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.IssuePem(DateTimeOffset.UtcNow.AddDays(1), "127.0.0.1");
        var tls = new TlsConfig { Certificates = [new CertificateConfig { CertificateLines = [.. certificate.Split('\n')], KeyLines = [.. key.Split('\n')] }] };
        using var server = new StreamServer(new StreamConfig { Security = StreamSecurity.Tls, Tls = tls });
        var config = new OutboundConfig
        {
            Tag = "corporate",
            Protocol = "http",
            Settings = new HttpOutboundSettings { Servers = [new ProxyServer { Address = "127.0.0.1", Port = server.Port }] },
            Stream = new StreamConfig { Security = StreamSecurity.Tls, Tls = new TlsConfig { Authorities = [new AuthorityConfig { CertificateLines = [.. authority.Pem.Split('\n')] }] } },
        };
        var outbound = (ProxyOutbound)Shared.Hosting.ProtocolFactory.Create(config, TestContext.Create(_loggers) with { Pool = _pool });
        var (visitor, handled) = Visit(outbound);
        await using (var proxy = await server.AcceptAsync().WaitAsync(Wait.Bound))
        {
            Assert.Equal(ConnectRequest.Of("web.example", 80, user: null), await Wait.ReadExactAsync(proxy.Input, ConnectLength));
            await proxy.Output.WriteAsync("HTTP/1.1 200 OK\r\n\r\nhello"u8.ToArray());
            proxy.Output.Complete();
            await visitor.Output.CompleteAsync();
            Assert.Equal("hello"u8.ToArray(), await Wait.ReadAllAsync(visitor.Input));
            proxy.Input.Complete();
        }

        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task Proxies_take_turns()
    {
        await using var first = MiniProxy.Scripted(_requests, (3, [5, 0]), (18, [.. SocksGranted, (byte)'1']));
        await using var second = MiniProxy.Scripted(_requests, (3, [5, 0]), (18, [.. SocksGranted, (byte)'2']));
        var outbound = Create(new SocksHandshake(), [ServerOf(first), ServerOf(second)]);

        Assert.Equal("1", await AskAsync(outbound, string.Empty));
        Assert.Equal("2", await AskAsync(outbound, string.Empty));
        Assert.Equal("1", await AskAsync(outbound, string.Empty));
    }

    private static ProxyServer ServerOf(TcpTarget proxy, ProxyUser? user = null) => new()
    {
        Address = "127.0.0.1",
        Port = ((IPEndPoint)proxy.EndPoint).Port,
        Users = user is null ? [] : [user],
    };

    private static (IDuplexPipe Visitor, Task Handled) Visit(ProxyOutbound outbound, CancellationToken cancellationToken = default)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Tcp, "web.example", 80) };
        return (visitor, outbound.HandleAsync(info, pipe, cancellationToken));
    }

    private static async Task<string> AskAsync(ProxyOutbound outbound, string question)
    {
        var (visitor, handled) = Visit(outbound);
        await visitor.Output.WriteAsync(Encoding.ASCII.GetBytes(question));
        await visitor.Output.CompleteAsync();
        var answer = Encoding.ASCII.GetString(await Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Wait.Bound);
        return answer;
    }

    private static async Task<string> FailAsync(ProxyOutbound outbound)
    {
        var (visitor, handled) = Visit(outbound);
        await handled.WaitAsync(Wait.Bound);
        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Equal(MuxErrorCode.ConnectFailed, failure.Code);
        return failure.Message;
    }

    private ProxyOutbound Create(IProxyHandshake handshake, ProxyUser? user, TcpTarget proxy) => Create(handshake, ServerOf(proxy, user));

    private ProxyOutbound Create(IProxyHandshake handshake, ProxyServer server, TimeProvider? time = null) => Create(handshake, [server], time);

    private ProxyOutbound Create(IProxyHandshake handshake, ProxyServer[] servers, TimeProvider? time = null) => new(
        new OutboundConfig { Tag = "corporate", Protocol = "socks", Settings = new SocksOutboundSettings() },
        [.. servers],
        handshake,
        TestContext.Create(_loggers, time) with { Pool = _pool });
}
