using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Tests.Interconnect;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;

namespace Tunnel.Shared.Tests.Transport.ProxyProtocol;

/// <summary>What comes through a listener with <c>acceptProxyProtocol</c>, over real sockets.</summary>
public sealed class ProxyProtocolListenerTests : IAsyncLifetime, IDisposable
{
    private const string Line = "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\r\n";

    private static readonly byte[] Binary =
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 19, 198, 51, 100, 22, 203, 0, 113, 7, 0x8B, 0x3E, 0, 80, 4, 0, 4, 1, 2, 3, 4];

    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;
    private readonly RecordingLoggers _loggers = new();
    private readonly LeakCheckingPool _pool = new(64 * 1024);
    private readonly ManualTime _time = new();
    private readonly Channel<AcceptedSocket> _accepted = Channel.CreateUnbounded<AcceptedSocket>();
    private readonly List<SocketListener> _listeners = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _pool.Dispose();
        _loggers.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    public static TheoryData<bool> Versions => [false, true];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_header_gives_the_addresses_and_every_byte_behind_it_comes_through(bool binary)
    {
        using var proxy = await ConnectAsync(Listen());
        await proxy.SendAsync((byte[])[.. Header(binary), .. "hello"u8]);
        proxy.Shutdown(SocketShutdown.Send);

        await using var connection = new SocketConnection(await NextAsync(), _pool);
        Assert.Equal("198.51.100.22:35646", connection.RemoteEndPoint!.ToString());
        Assert.Equal("203.0.113.7:80", connection.LocalEndPoint!.ToString());
        Assert.Equal("hello"u8.ToArray(), await Wait.ReadAllAsync(connection.Input));
        await connection.Input.CompleteAsync();
        await connection.Output.CompleteAsync();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_header_that_comes_byte_by_byte_is_read_and_nothing_behind_it_is_taken(bool binary)
    {
        using var proxy = await ConnectAsync(Listen());
        foreach (var value in Header(binary))
        {
            await proxy.SendAsync(new[] { value });
        }

        using var accepted = await NextAsync();
        Assert.Equal("198.51.100.22:35646", accepted.RemoteEndPoint!.ToString());
        Assert.Equal(0, accepted.Socket.Available);
        await proxy.SendAsync("x"u8.ToArray());
        var buffer = new byte[16];
        Assert.Equal(1, await accepted.Socket.ReceiveAsync(buffer));
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")]
    public async Task A_proxys_own_connection_keeps_its_own_addresses(string header)
    {
        using var proxy = await ConnectAsync(Listen());
        await proxy.SendAsync(Encoding.Latin1.GetBytes(header));

        using var accepted = await NextAsync();
        Assert.Equal(proxy.LocalEndPoint, accepted.RemoteEndPoint);
        Assert.Equal(proxy.RemoteEndPoint, accepted.LocalEndPoint);
    }

    [Fact]
    public async Task A_forged_header_from_anybody_else_gets_nowhere_and_the_log_says_what_to_do()
    {
        var listener = Listen("127.0.0.1");
        using var forger = await ConnectAsync(listener, "127.0.0.2");
        await ClosedAsync(forger, Line + "hello");
        var line = await _loggers.SeenAsync("closed a connection from 127.0.0.2:");
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("trustedProxies", line.Message, StringComparison.Ordinal);

        // The next one is the proxy's: nothing of the forger's has come in between.
        using var proxy = await ConnectAsync(listener, "127.0.0.1");
        await proxy.SendAsync(Encoding.ASCII.GetBytes(Line));
        using var accepted = await NextAsync();
        Assert.Equal("198.51.100.22:35646", accepted.RemoteEndPoint!.ToString());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "does not begin with a PROXY protocol header")]
    [InlineData("PROXY TCP4 198.51.100.22 203.0.113.7 35646 080\r\n", "the PROXY line is not")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0", "version 3")]
    public async Task A_trusted_proxy_without_a_valid_header_gets_nowhere(string bytes, string complaint)
    {
        using var proxy = await ConnectAsync(Listen());
        await ClosedAsync(proxy, bytes);
        await _loggers.SeenAsync(complaint);
        Assert.False(_accepted.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_header_that_is_cut_off_is_a_complaint_and_silence_is_none()
    {
        var listener = Listen();
        using (var proxy = await ConnectAsync(listener))
        {
            await proxy.SendAsync("PROXY TC"u8.ToArray());
            proxy.Shutdown(SocketShutdown.Send);
            await _loggers.SeenAsync("ended within its PROXY protocol header");
        }

        using (var probe = await ConnectAsync(listener))
        {
            probe.Shutdown(SocketShutdown.Send);
            Assert.Equal(LogLevel.Debug, (await _loggers.SeenAsync("closed without a word")).Level);
        }

        Assert.False(_accepted.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_header_that_does_not_come_in_time_ends_the_connection_and_holds_up_nobody()
    {
        var listener = Listen();
        using var slow = await ConnectAsync(listener);
        await slow.SendAsync("PROXY "u8.ToArray());
        await Wait.UntilAsync(() => _time.HasTimers, "the deadline runs");

        using var quick = await ConnectAsync(listener);
        await quick.SendAsync(Encoding.ASCII.GetBytes(Line));
        (await NextAsync()).Dispose();

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await ReceiveAsync(slow));
        await _loggers.SeenAsync("within 10 s");
    }

    [Fact]
    public async Task A_stop_closes_what_is_still_without_its_header()
    {
        var listener = Listen();
        using var proxy = await ConnectAsync(listener);
        await Wait.UntilAsync(() => _time.HasTimers, "the deadline runs");
        await listener.StopAsync().WaitAsync(Wait.Bound);
        Assert.Equal(0, await ReceiveAsync(proxy));
    }

    [Fact]
    public async Task Whoever_may_connect_to_a_Unix_socket_is_trusted()
    {
        var path = Path.Combine(_root, "web.sock");
        var listener = Start(new UnixDomainSocketEndPoint(path), ["10.0.0.0/8"]);
        using var proxy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await proxy.ConnectAsync(listener.BoundEndPoint);
        await proxy.SendAsync((byte[])[.. Binary, .. "hello"u8]);

        using var accepted = await NextAsync();
        Assert.Equal("198.51.100.22:35646", accepted.RemoteEndPoint!.ToString());
        Assert.Equal(5, await ReceiveAsync(accepted.Socket));
    }

    [Fact]
    public async Task Behind_the_header_come_the_layers_and_a_visitor_cannot_change_its_address_there()
    {
        using var options = new StreamServerOptions(new StreamConfig { Network = TransportNetwork.WebSocket });
        using var proxy = await ConnectAsync(Listen());
        await proxy.SendAsync(Encoding.ASCII.GetBytes(
            Line + "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: 192.0.2.66\r\n\r\n"));

        var outcome = await StreamTransport.AcceptAsync(await NextAsync(), options).WaitAsync(Wait.Bound);
        await using var connection = Assert.IsType<StreamAccept.Accepted>(outcome).Connection;
        Assert.Equal("198.51.100.22:35646", connection.RemoteEndPoint!.ToString());
        Assert.Equal("203.0.113.7:80", connection.LocalEndPoint!.ToString());
        connection.Abort();
        await connection.Input.CompleteAsync();
        await connection.Output.CompleteAsync(new IOException("done"));
    }

    [Fact]
    public async Task An_IPv4_proxy_of_an_IPv6_listener_is_known_by_its_IPv4_address()
    {
        var listener = Start(new IPEndPoint(IPAddress.IPv6Any, 0), ["127.0.0.1"]);
        using var proxy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await proxy.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.BoundEndPoint).Port);
        await proxy.SendAsync("PROXY UNKNOWN\r\n"u8.ToArray());

        using var accepted = await NextAsync();
        Assert.Equal(proxy.LocalEndPoint, accepted.RemoteEndPoint);
    }

    private static byte[] Header(bool binary) => binary ? Binary : Encoding.ASCII.GetBytes(Line);

    private SocketListener Listen(params string[] trusted) => Start(new IPEndPoint(IPAddress.Loopback, 0), trusted);

    private SocketListener Start(EndPoint endPoint, IReadOnlyList<string> trusted)
    {
        ImmutableArray<CidrBlock> blocks = [.. trusted.Select(text => CidrBlock.TryParse(text, out var block) ? block : throw new FormatException(text))];
        var config = new StreamConfig { ProxyProtocol = new ProxyProtocolConfig { TrustedProxies = blocks } };
        var listener = SocketListener.Start(
            endPoint, config, socket => Assert.True(_accepted.Writer.TryWrite(socket)), _loggers.CreateLogger("listener"), _time);
        _listeners.Add(listener);
        return listener;
    }

    private async Task<AcceptedSocket> NextAsync()
    {
        using var bound = new CancellationTokenSource(Wait.Bound);
        return await _accepted.Reader.ReadAsync(bound.Token);
    }

    private static async Task<Socket> ConnectAsync(SocketListener listener, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(listener.BoundEndPoint);
        return socket;
    }

    /// <summary>Sends, and waits until the other side has closed; it may have done so before.</summary>
    private static async Task ClosedAsync(Socket socket, string text)
    {
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(text));
            Assert.Equal(0, await ReceiveAsync(socket));
        }
        catch (SocketException)
        {
            // Reset, because nobody read what was sent.
        }
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        using var bound = new CancellationTokenSource(Wait.Bound);
        return await socket.ReceiveAsync(new byte[64], bound.Token);
    }
}
