using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport.ProxyProtocol;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;

namespace Tunnel.Shared.Tests.Outbounds;

/// <summary>What a target sees of <c>proxyProtocol</c>.</summary>
public sealed class VisitorHeaderTests : IDisposable
{
    private const string V4 = "203.0.113.9:4711";
    private const string V6 = "[2001:db8::9]:4711";

    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;
    private readonly RecordingLoggers _loggers = new();
    private readonly TestMeters _meters = new();
    private readonly LeakCheckingPool _pool = new(64 * 1024);

    public void Dispose()
    {
        _pool.Dispose();
        _meters.Dispose();
        _loggers.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(null, null, "web.example", "UNKNOWN")]
    [InlineData(null, "198.51.100.1:443", "192.0.2.1", "UNKNOWN")]
    [InlineData(V4, "198.51.100.1:443", "192.0.2.1", "TCP4 203.0.113.9 198.51.100.1 4711 443")]
    [InlineData(V4, null, "192.0.2.1", "TCP4 203.0.113.9 192.0.2.1 4711 80")]
    [InlineData(V4, null, "web.example", "TCP4 203.0.113.9 10.0.0.7 4711 8080")]
    [InlineData(V6, "[2001:db8::1]:443", "192.0.2.1", "TCP6 2001:db8::9 2001:db8::1 4711 443")]
    [InlineData(V6, null, "192.0.2.1", "TCP6 2001:db8::9 ::ffff:192.0.2.1 4711 80")]
    [InlineData(V4, null, "2001:db8::1", "TCP6 ::ffff:203.0.113.9 2001:db8::1 4711 80")]
    public void The_header_names_the_visitor_and_where_it_went(string? source, string? visited, string host, string expected)
    {
        var info = Info(source, visited, new Destination(Network.Tcp, host, 80));
        Assert.Equal(
            $"PROXY {expected}\r\n",
            Encoding.ASCII.GetString(VisitorHeader.Encode(ProxyProtocolVersion.Text, info, IPEndPoint.Parse("10.0.0.7:8080"))));

        var read = ProxyProtocolCodec.Parse(VisitorHeader.Encode(ProxyProtocolVersion.Binary, info, IPEndPoint.Parse("10.0.0.7:8080"))).Header!;
        Assert.Equal(source is null ? null : info.Source, read.Source);
    }

    [Theory]
    [InlineData(V4, "TCP4 203.0.113.9 0.0.0.0 4711 80")]
    [InlineData(V6, "TCP6 2001:db8::9 :: 4711 80")]
    public void Where_no_address_is_known_there_is_still_a_visitor(string source, string expected) =>
        Assert.Equal(
            $"PROXY {expected}\r\n",
            Encoding.ASCII.GetString(VisitorHeader.Encode(
                ProxyProtocolVersion.Text, Info(source, null, new Destination(Network.Tcp, "web.example", 80)), new UnixDomainSocketEndPoint("/run/web.sock"))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_target_that_speaks_first_has_the_header_although_the_visitor_says_nothing(int version)
    {
        using var target = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var (visitor, handled) = Visit((ProxyProtocolVersion)version, target);
        using var accepted = await target.AcceptAsync().WaitAsync(Transport.Wait.Bound);

        var header = await HeaderAsync(accepted);
        Assert.Equal(V4, header.Source!.ToString());
        Assert.Equal(target.LocalEndPoint, header.Destination);

        // Then the bytes of both, as they are.
        await accepted.SendAsync("welcome"u8.ToArray());
        Assert.Equal("welcome"u8.ToArray(), await Transport.Wait.ReadExactAsync(visitor.Input, 7));
        await visitor.Output.WriteAsync("question"u8.ToArray());
        await visitor.Output.CompleteAsync();
        Assert.Equal("question", await RestAsync(accepted));
        accepted.Shutdown(SocketShutdown.Both);
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Transport.Wait.Bound);
        await _loggers.SeenAsync("ended: 8 bytes to the target, 7 from it, Completed");
    }

    [Fact]
    public async Task The_header_and_the_first_bytes_travel_together()
    {
        using var target = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        await visitor.Output.WriteAsync("GET /"u8.ToArray());
        var handled = HandleAsync(ProxyProtocolVersion.Text, target, pipe);
        using var accepted = await target.AcceptAsync().WaitAsync(Transport.Wait.Bound);

        // One send is one segment on loopback, and the first receive returns no more than what has come by then.
        var buffer = new byte[256];
        var first = await accepted.ReceiveAsync(buffer);
        Assert.EndsWith("\r\nGET /", Encoding.ASCII.GetString(buffer, 0, first), StringComparison.Ordinal);

        accepted.Close();
        await visitor.Output.CompleteAsync();
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Transport.Wait.Bound);
    }

    [Fact]
    public async Task A_visitor_that_half_closes_at_once_is_still_introduced_and_answered()
    {
        var path = Path.Combine(_root, "web.sock");
        using var target = Listen(new UnixDomainSocketEndPoint(path));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        await visitor.Output.CompleteAsync();
        var handled = HandleAsync(ProxyProtocolVersion.Binary, target, pipe);
        using var accepted = await target.AcceptAsync().WaitAsync(Transport.Wait.Bound);

        Assert.Equal(V4, (await HeaderAsync(accepted)).Source!.ToString());
        Assert.Empty(await RestAsync(accepted));
        await accepted.SendAsync("answer"u8.ToArray());
        accepted.Shutdown(SocketShutdown.Both);
        Assert.Equal("answer"u8.ToArray(), await Transport.Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Transport.Wait.Bound);
    }

    [Fact]
    public async Task A_visitor_that_is_gone_already_ends_it()
    {
        using var target = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        await visitor.Output.CompleteAsync(new IOException("gone"));
        await visitor.Input.CompleteAsync();
        await HandleAsync(ProxyProtocolVersion.Binary, target, pipe).WaitAsync(Transport.Wait.Bound);
    }

    [Theory]
    [InlineData(0, V4, "question")]
    [InlineData(1, V4, "question")]
    [InlineData(2, V4, "question")]
    [InlineData(2, V6, "a longer question")]
    [InlineData(2, null, "question")]
    public async Task Every_datagram_to_a_target_has_the_binary_header_and_answers_have_none(int version, string? source, string question)
    {
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var here = (IPEndPoint)target.LocalEndPoint!;
        var info = Info(source, null, new Destination(Network.Udp, "127.0.0.1", here.Port));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var handled = Create(new FreedomSettings { ProxyProtocol = (ProxyProtocolVersion)version }).HandleAsync(info, pipe, CancellationToken.None);
        var buffer = new byte[512];
        for (var turn = 0; turn < 2; turn++)
        {
            await visitor.Output.WriteAsync((byte[])[0, (byte)question.Length, .. Encoding.ASCII.GetBytes(question)]);
            var received = await target.ReceiveFromAsync(buffer, here).WaitAsync(Transport.Wait.Bound);
            var datagram = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
            if (version == 2)
            {
                var parse = ProxyProtocolCodec.ParseBinary(datagram);
                Assert.Equal(info.Source, parse.Header!.Source);
                Assert.Equal(source is null ? null : here, parse.Header.Destination);
                Assert.Equal(source is null ? Network.Tcp : Network.Udp, parse.Header.Network);
                datagram = datagram[parse.Length..];
            }

            Assert.Equal(question, Encoding.ASCII.GetString(datagram));
            await target.SendToAsync("answer"u8.ToArray(), received.RemoteEndPoint);
            Assert.Equal([0, 6, .. "answer"u8], await Transport.Wait.ReadExactAsync(visitor.Input, 8));
        }

        await visitor.Output.CompleteAsync();
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Transport.Wait.Bound);
    }

    private static Socket Listen(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen();
        return socket;
    }

    private static ConnectionInfo Info(string? source, string? visited, Destination destination) => new()
    {
        InboundTag = "in",
        Destination = destination,
        Source = source is null ? null : IPEndPoint.Parse(source),
        Visited = visited is null ? null : IPEndPoint.Parse(visited),
    };

    private static async Task<ProxyProtocolHeader> HeaderAsync(Socket socket)
    {
        using var bound = new CancellationTokenSource(Transport.Wait.Bound);
        return (await ProxyProtocolReader.ReadAsync(socket, bound.Token)).Header!;
    }

    private static async Task<string> RestAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        return await new StreamReader(stream, Encoding.ASCII).ReadToEndAsync().WaitAsync(Transport.Wait.Bound);
    }

    private (IDuplexPipe Visitor, Task Handled) Visit(ProxyProtocolVersion version, Socket target)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        return (visitor, HandleAsync(version, target, pipe));
    }

    private Task HandleAsync(ProxyProtocolVersion version, Socket target, IDuplexPipe pipe)
    {
        var unix = target.LocalEndPoint as UnixDomainSocketEndPoint;
        var destination = new Destination(Network.Tcp, "127.0.0.1", unix is null ? ((IPEndPoint)target.LocalEndPoint!).Port : 80);
        var settings = new FreedomSettings { ProxyProtocol = version, Redirect = unix is null ? null : new RedirectTarget { UnixPath = unix.ToString() } };
        return Create(settings).HandleAsync(Info(V4, null, destination), pipe, CancellationToken.None);
    }

    private FreedomOutbound Create(FreedomSettings settings) =>
        new("out", settings, static () => RelayOptions.Default, _pool, _loggers.CreateLogger<FreedomOutbound>(), new TunnelMetrics(_meters));
}
