using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

public sealed class SocketListenerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Hands_accepted_sockets_over_on_the_port_the_system_chose()
    {
        var accepted = new TaskCompletionSource<Socket>();
        await using var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0), accepted.SetResult);
        var port = ((IPEndPoint)listener.BoundEndPoint).Port;
        Assert.NotEqual(0, port);
        using var client = await SocketDialer.ConnectAsync("127.0.0.1", port);
        using var server = await accepted.Task.WaitAsync(Wait.Bound);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
    }

    [Fact]
    public async Task Neither_side_waits_for_ever_for_one_that_vanished_nor_holds_small_writes_back()
    {
        var accepted = new TaskCompletionSource<Socket>();
        await using var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0), accepted.SetResult);
        using var client = await SocketDialer.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.BoundEndPoint).Port);
        using var server = await accepted.Task.WaitAsync(Wait.Bound);
        Assert.All([client, server], socket =>
        {
            Assert.True(socket.NoDelay);
            Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
            var seconds = Option(SocketOptionName.TcpKeepAliveTime) + (Option(SocketOptionName.TcpKeepAliveInterval) * Option(SocketOptionName.TcpKeepAliveRetryCount));
            Assert.InRange(seconds, 60, 180);

            int Option(SocketOptionName name) => (int)socket.GetSocketOption(SocketOptionLevel.Tcp, name)!;
        });
    }

    [Fact]
    public async Task The_ipv6_any_address_takes_ipv4_too()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        var accepted = new TaskCompletionSource<Socket>();
        await using var listener = Listen(new IPEndPoint(IPAddress.IPv6Any, 0), accepted.SetResult);
        using var client = await SocketDialer.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.BoundEndPoint).Port);
        (await accepted.Task.WaitAsync(Wait.Bound)).Dispose();
    }

    [Fact]
    public async Task A_failing_callback_does_not_end_the_loop()
    {
        var calls = 0;
        await using var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0), _ =>
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("boom");
        });
        var port = ((IPEndPoint)listener.BoundEndPoint).Port;
        for (var i = 1; i <= 3; i++)
        {
            using var client = await SocketDialer.ConnectAsync("127.0.0.1", port);
            var expected = i;
            await Wait.UntilAsync(() => Volatile.Read(ref calls) == expected, "the callback was called");
        }
    }

    [Fact]
    public async Task An_address_in_use_says_so()
    {
        await using var first = Listen(new IPEndPoint(IPAddress.Loopback, 0), s => s.Dispose());
        var failure = Assert.Throws<InboundStartException>(() => Listen(first.BoundEndPoint, s => s.Dispose()));
        Assert.Contains("in use", failure.Message, StringComparison.Ordinal);
        Assert.Contains(first.BoundEndPoint.ToString()!, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_host_says_so()
    {
        var failure = Assert.Throws<InboundStartException>(() => Listen(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), s => s.Dispose()));
        Assert.Contains("does not have that address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_gives_the_address_back()
    {
        var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0), s => s.Dispose());
        await listener.StopAsync().WaitAsync(Wait.Bound);
        await listener.StopAsync().WaitAsync(Wait.Bound);
        await using var again = Listen(listener.BoundEndPoint, s => s.Dispose());
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_stale_unix_socket_is_removed_and_a_live_one_is_not()
    {
        var path = Path.Combine(_directory, "a.sock");
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // A hard link survives the unlink that closing does, which is what a killed process leaves behind.
            killed.Bind(new UnixDomainSocketEndPoint(path + ".tmp"));
            File.Move(path + ".tmp", path);
        }

        Assert.True(File.Exists(path));
        var accepted = new TaskCompletionSource<Socket>();
        await using var listener = Listen(new UnixDomainSocketEndPoint(path), accepted.SetResult);
        using var client = await SocketDialer.ConnectAsync("unix:" + path, 0);
        (await accepted.Task.WaitAsync(Wait.Bound)).Dispose();

        var failure = Assert.Throws<InboundStartException>(() => Listen(new UnixDomainSocketEndPoint(path), s => s.Dispose()));
        Assert.Contains("another program answers", failure.Message, StringComparison.Ordinal);
        await listener.StopAsync();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void An_ordinary_file_is_never_removed()
    {
        var path = Path.Combine(_directory, "data");
        File.WriteAllText(path, "precious");
        Assert.Throws<InboundStartException>(() => Listen(new UnixDomainSocketEndPoint(path), s => s.Dispose()));
        Assert.Equal("precious", File.ReadAllText(path));
    }

    private static SocketListener Listen(EndPoint endPoint, Action<Socket> accepted) =>
        SocketListener.Start(endPoint, new StreamConfig(), socket => accepted(socket.Socket), NullLogger.Instance);
}
