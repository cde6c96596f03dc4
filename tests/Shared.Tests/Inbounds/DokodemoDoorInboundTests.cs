using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Inbounds;

public sealed partial class DokodemoDoorInboundTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;
    private readonly RecordingLoggers _loggers = new();
    private readonly LeakCheckingPool _pool = new(64 * 1024);
    private readonly FakeDispatcher _dispatcher = new();

    public void Dispose()
    {
        _pool.Dispose();
        _loggers.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::")]
    public async Task A_connection_is_dispatched_to_the_fixed_destination_with_its_source(string listen)
    {
        await using var inbound = Create(new ListenAddress(IPAddress.Parse(listen)), new PortRange(0));
        await inbound.StartAsync(CancellationToken.None);
        using var visitor = await ConnectAsync();
        await using var stream = new NetworkStream(visitor);
        await visitor.SendAsync("hello"u8.ToArray());

        var connection = await _dispatcher.NextAsync();
        Assert.Equal(
            new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Tcp, "target.example", 80), Source = (IPEndPoint)visitor.LocalEndPoint!, Visited = (IPEndPoint)visitor.RemoteEndPoint! },
            connection.Info);
        Assert.Equal("hello"u8.ToArray(), await Transport.Wait.ReadExactAsync(connection.Pipe.Input, 5));
        await connection.Pipe.Output.WriteAsync("good bye"u8.ToArray());
        visitor.Shutdown(SocketShutdown.Send);
        Assert.Empty(await Transport.Wait.ReadAllAsync(connection.Pipe.Input));
        connection.End();
        Assert.Equal("good bye", await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public async Task Both_networks_are_served_on_one_port_and_datagrams_come_as_flows()
    {
        await using var inbound = Create(new ListenAddress(IPAddress.Loopback), [Network.Tcp, Network.Udp], TimeSpan.FromSeconds(5), new PortRange(0));
        await inbound.StartAsync(CancellationToken.None);
        await _loggers.SeenAsync($"serving udp:127.0.0.1:{Port} ->");
        using var stream = await ConnectAsync();
        (await _dispatcher.NextAsync()).End();
        using var visitor = new UdpVisitor(new IPEndPoint(IPAddress.Loopback, Port));
        await visitor.SendAsync("hello"u8.ToArray());

        var flow = await _dispatcher.NextAsync();
        Assert.Equal(
            new ConnectionInfo
            {
                InboundTag = "in",
                Destination = new Destination(Network.Udp, "target.example", 80),
                Source = (IPEndPoint)visitor.Socket.LocalEndPoint!,
                IdleTimeout = TimeSpan.FromSeconds(5),
            },
            flow.Info);
        Assert.Equal("hello"u8.ToArray(), await Datagrams.Prefixed.ReadOneAsync(flow.Pipe.Input));
        await flow.Pipe.Output.WriteAsync(Datagrams.Prefixed.Of("good bye"u8.ToArray()));
        Assert.Equal("good bye"u8.ToArray(), await visitor.ReceiveAsync());
        flow.End();
    }

    [Fact]
    public async Task A_port_that_is_taken_for_one_network_is_a_start_error_and_the_other_is_given_back()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var taken = FreePort.Next();
        other.Bind(new IPEndPoint(IPAddress.Loopback, taken));
        other.Listen();
        await using var inbound = Create(new ListenAddress(IPAddress.Loopback), [Network.Tcp, Network.Udp], timeout: null, new PortRange(taken));

        await Assert.ThrowsAsync<InboundStartException>(() => inbound.StartAsync(CancellationToken.None));
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, taken));
    }

    [Fact]
    public async Task Every_port_has_a_listener_and_a_line()
    {
        await using var inbound = Create(new ListenAddress(IPAddress.Loopback), new PortRange(0), new PortRange(0));
        await inbound.StartAsync(CancellationToken.None);
        var lines = _loggers.With("serving 127.0.0.1:");
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line =>
        {
            Assert.Equal(LogCategories.Status, line.Category);
            Assert.EndsWith("-> nowhere (there is no outbound)", line.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_unix_socket_has_visitors_without_an_address()
    {
        var path = Path.Combine(_root, "web.sock");
        await using var inbound = Create(new ListenAddress(path));
        await inbound.StartAsync(CancellationToken.None);
        await _loggers.SeenAsync("serving unix:" + path);
        using var visitor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await visitor.ConnectAsync(new UnixDomainSocketEndPoint(path));

        var connection = await _dispatcher.NextAsync();
        Assert.Null(connection.Info.Source);
        connection.End();
    }

    [Fact]
    public async Task A_port_in_use_is_a_start_error_that_names_it_and_all_is_given_back()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var taken = ((IPEndPoint)other.LocalEndPoint!).Port;
        var inbound = Create(new ListenAddress(IPAddress.Loopback), new PortRange(0), new PortRange(taken));

        var failure = await Assert.ThrowsAsync<InboundStartException>(() => inbound.StartAsync(CancellationToken.None));
        Assert.Contains($"127.0.0.1:{taken}", failure.Message, StringComparison.Ordinal);
        await inbound.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(ConnectAsync);
    }

    [Fact]
    public async Task A_stop_takes_no_more_waits_for_those_there_are_and_then_aborts_them()
    {
        await using var inbound = Create(new ListenAddress(IPAddress.Loopback), new PortRange(0));
        await inbound.StartAsync(CancellationToken.None);
        using var visitor = await ConnectAsync();
        var connection = await _dispatcher.NextAsync();

        using var patience = new CancellationTokenSource();
        var stopped = inbound.StopAsync(patience.Token);
        await Transport.Wait.UntilAsync(
            () =>
            {
                using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    late.Connect(IPAddress.Loopback, Port);
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            "nobody listens");
        Assert.False(stopped.IsCompleted);
        Assert.False(connection.Aborted.IsCancellationRequested);

        await patience.CancelAsync();
        await Transport.Wait.UntilAsync(() => connection.Aborted.IsCancellationRequested, "the connection is told to end");
        connection.End();
        await stopped.WaitAsync(Transport.Wait.Bound);
    }

    private int Port => int.Parse(PortInLog().Match(_loggers.With("serving")[0].Message).Groups["port"].Value);

    [GeneratedRegex(@":(?<port>\d+) ->", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PortInLog();

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket;
    }

    private DokodemoDoorInbound Create(ListenAddress listen, params PortRange[] ports) => Create(listen, [Network.Tcp], timeout: null, ports);

    private DokodemoDoorInbound Create(ListenAddress listen, Network[] networks, TimeSpan? timeout, params PortRange[] ports)
    {
        var settings = new DokodemoDoorSettings { Address = "target.example", Port = 80, Networks = [.. networks], Timeout = timeout };
        var config = new InboundConfig { Tag = "in", Protocol = "dokodemo-door", Listen = listen, Ports = [.. ports], Settings = settings };
        return new DokodemoDoorInbound(config, settings, _dispatcher, TestContext.Create(_loggers) with { Pool = _pool });
    }
}
