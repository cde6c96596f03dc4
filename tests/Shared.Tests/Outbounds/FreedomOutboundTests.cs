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
using Tunnel.Shared.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class FreedomOutboundTests : IDisposable
{
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
    [InlineData(null, "web.example", 80)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData(":8080", "web.example", 8080)]
    [InlineData("0.0.0.0:8080", "web.example", 8080)]
    [InlineData("other.example:0", "other.example", 80)]
    [InlineData("[::1]:8080", "::1", 8080)]
    [InlineData("unix:/run/web.sock", "unix:/run/web.sock", 0)]
    [InlineData("unix:@web", "unix:@web", 0)]
    public void Redirect_replaces_what_it_names(string? redirect, string host, int port) =>
        Assert.Equal((host, port), Create(redirect).Target(new Destination(Network.Tcp, "web.example", 80)));

    [Theory]
    [InlineData("asis", DomainStrategy.AsIs)]
    [InlineData("useip", DomainStrategy.UseIp)]
    [InlineData("use_ip", DomainStrategy.UseIp)]
    [InlineData("useip4", DomainStrategy.UseIpv4)]
    [InlineData("use_ip_v4", DomainStrategy.UseIpv4)]
    [InlineData("use-ipv6", DomainStrategy.UseIpv6)]
    [InlineData("useip5", null)]
    public void V2Rays_spellings_of_a_strategy_are_known(string word, DomainStrategy? strategy) =>
        Assert.Equal(strategy, DomainStrategyWords.Parse(word));

    [Fact]
    public async Task The_targets_half_close_and_the_visitors_are_passed_on()
    {
        using var target = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        var (visitor, handled) = Visit(Create(), ((IPEndPoint)target.LocalEndPoint!).Port);

        using var accepted = await target.AcceptAsync().WaitAsync(Tests.Transport.Wait.Bound);
        await using var stream = new NetworkStream(accepted);
        await visitor.Output.WriteAsync("question"u8.ToArray());
        await visitor.Output.CompleteAsync();
        Assert.Equal("question", await new StreamReader(stream).ReadToEndAsync());
        Assert.False(handled.IsCompleted);

        await stream.WriteAsync("answer"u8.ToArray());
        accepted.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer"u8.ToArray(), await Tests.Transport.Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Tests.Transport.Wait.Bound);
        await _loggers.SeenAsync("ended: 8 bytes to the target, 6 from it, Completed");
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    public async Task A_unix_socket_is_a_target(string prefix)
    {
        if (prefix.Length > 0 && !OperatingSystem.IsLinux())
        {
            return;
        }

        var path = Path.Combine(_root, "web.sock");
        using var target = Listen(new UnixDomainSocketEndPoint(prefix.Length > 0 ? "\0" + path : path));
        var (visitor, handled) = Visit(Create("unix:" + prefix + path), port: 80);

        using var accepted = await target.AcceptAsync().WaitAsync(Tests.Transport.Wait.Bound);
        await accepted.SendAsync("hello"u8.ToArray());
        accepted.Shutdown(SocketShutdown.Both);
        await visitor.Output.CompleteAsync();
        Assert.Equal("hello", Encoding.ASCII.GetString(await Tests.Transport.Wait.ReadAllAsync(visitor.Input)));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Tests.Transport.Wait.Bound);
    }

    [Fact]
    public async Task A_target_that_refuses_fails_the_connection_with_the_reason_and_logs_it()
    {
        var port = FreePort.Next();
        var (visitor, handled) = Visit(Create(), port);
        await handled.WaitAsync(Tests.Transport.Wait.Bound);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Equal(MuxErrorCode.ConnectFailed, failure.Code);
        Assert.Equal($"Cannot connect to 127.0.0.1:{port}: connection refused; nothing listens there", failure.Message);
        var log = Assert.Single(_loggers.With(failure.Message));
        Assert.Equal(LogLevel.Warning, log.Level);
        Assert.Contains("'in'", log.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_file_that_is_not_there_is_named()
    {
        var path = Path.Combine(_root, "missing.sock");
        var (visitor, handled) = Visit(Create("unix:" + path), port: 80);
        await handled.WaitAsync(Tests.Transport.Wait.Bound);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Datagrams_go_where_redirect_says_and_the_flow_ends_when_it_is_silent()
    {
        await using var echo = new UdpEcho();
        var time = new ManualTimeProvider();
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, "nowhere.invalid", 53) };
        var handled = Create($"127.0.0.1:{echo.EndPoint.Port}", RelayOptions.Default with { TimeProvider = time }).HandleAsync(info, pipe, CancellationToken.None);

        await visitor.Output.WriteAsync(Datagrams.Prefixed.Of("one"u8.ToArray(), [], "two"u8.ToArray()));
        Assert.Equal(Datagrams.Prefixed.Of("one"u8.ToArray(), [], "two"u8.ToArray()), await Tests.Transport.Wait.ReadExactAsync(visitor.Input, 12));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(handled.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(61));
        await handled.WaitAsync(Tests.Transport.Wait.Bound);
        await Assert.ThrowsAnyAsync<IOException>(async () => await visitor.Input.ReadAsync());
    }

    [Fact]
    public async Task Datagrams_end_with_the_visitor()
    {
        await using var echo = new UdpEcho();
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, echo.EndPoint) };
        var handled = Create().HandleAsync(info, pipe, CancellationToken.None);
        await visitor.Output.WriteAsync(Datagrams.Prefixed.Of("one"u8.ToArray()));
        await Tests.Transport.Wait.ReadExactAsync(visitor.Input, 5);
        await visitor.Output.CompleteAsync();
        Assert.Empty(await Tests.Transport.Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Tests.Transport.Wait.Bound);
    }

    [Theory]
    [InlineData("unix:/run/web.sock", "a Unix socket takes no datagrams")]
    [InlineData("name.invalid:53", "name.invalid")]
    public async Task Datagrams_that_cannot_go_anywhere_fail_with_the_reason(string redirect, string reason)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, "127.0.0.1", 53) };
        await Create(redirect).HandleAsync(info, pipe, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Equal(MuxErrorCode.ConnectFailed, failure.Code);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_aborts_the_connection_on_both_sides()
    {
        using var target = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        var (visitor, handled) = Visit(Create(), ((IPEndPoint)target.LocalEndPoint!).Port, stop.Token);
        using var accepted = await target.AcceptAsync().WaitAsync(Tests.Transport.Wait.Bound);

        // Bytes both ways: the relay runs.
        await visitor.Output.WriteAsync("a"u8.ToArray());
        Assert.Equal(1, await accepted.ReceiveAsync(new byte[1]));
        await accepted.SendAsync("b"u8.ToArray());
        await Tests.Transport.Wait.ReadExactAsync(visitor.Input, 1);
        await stop.CancelAsync();
        await handled.WaitAsync(Tests.Transport.Wait.Bound);

        await Assert.ThrowsAnyAsync<Exception>(async () => await visitor.Input.ReadAsync());
        await Assert.ThrowsAsync<SocketException>(async () => await accepted.ReceiveAsync(new byte[1]));
    }

    private static Socket Listen(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen();
        return socket;
    }

    private static (IDuplexPipe Visitor, Task Handled) Visit(FreedomOutbound outbound, int port, CancellationToken cancellationToken = default)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Tcp, "127.0.0.1", port) };
        return (visitor, outbound.HandleAsync(info, pipe, cancellationToken));
    }

    private FreedomOutbound Create(string? redirect = null, RelayOptions? limits = null)
    {
        RedirectTarget? target = null;
        Assert.True(redirect is null || RedirectTarget.TryParse(redirect, out target));
        return new FreedomOutbound(
            "out", new FreedomSettings { Redirect = target }, () => limits ?? RelayOptions.Default, _pool, _loggers.CreateLogger<FreedomOutbound>(), new TunnelMetrics(_meters));
    }
}
