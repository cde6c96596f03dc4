using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Transport;

public sealed class WebSocketTransportTests
{
    private static readonly StreamConfig Plain = new()
    {
        Network = TransportNetwork.WebSocket,
        WebSocket = new WebSocketConfig { Path = "/tunnel" },
    };

    [Fact]
    public async Task Bytes_go_both_ways_and_each_side_ends_by_itself()
    {
        var pool = new TrackingPool();
        using var server = new StreamServer(new StreamServerOptions(Plain) { Pool = pool });
        var accepting = server.AcceptAsync();
        await using (var client = await server.DialAsync(Plain, new StreamDialOptions { Pool = pool }))
        {
            await using var accepted = await accepting;
            var data = new byte[1_000_000];
            Random.Shared.NextBytes(data);
            var sending = SendAsync(client, data);

            Assert.Equal(data, await Wait.ReadAllAsync(accepted.Input));
            await sending;
            await accepted.Output.WriteAsync("answer behind the half-close"u8.ToArray());
            accepted.Output.Complete();
            Assert.Equal("answer behind the half-close"u8.ToArray(), await Wait.ReadAllAsync(client.Input));
            client.Input.Complete();
            accepted.Input.Complete();
        }

        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task The_client_of_NET_talks_to_the_server()
    {
        using var server = new StreamServer(Plain);
        var accepting = server.AcceptAsync();
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/tunnel"), CancellationToken.None);
        await using var accepted = await accepting;

        await client.SendAsync("he"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: false, CancellationToken.None);
        await client.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        await client.SendAsync("llo"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        Assert.Equal("hello"u8.ToArray(), await Wait.ReadExactAsync(accepted.Input, 5));
        await accepted.Output.WriteAsync("back"u8.ToArray());
        var buffer = new byte[100];
        var result = await client.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal(("back", WebSocketMessageType.Binary), (Encoding.ASCII.GetString(buffer, 0, result.Count), result.MessageType));

        var closing = client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Empty(await Wait.ReadAllAsync(accepted.Input));
        accepted.Input.Complete();
        accepted.Output.Complete();
        await accepted.DisposeAsync();
        await closing.WaitAsync(Wait.Bound);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task The_client_asks_as_configured_and_loses_no_byte_behind_the_answer()
    {
        var config = Plain with
        {
            WebSocket = new WebSocketConfig { Path = "/a?b=c", Headers = [new("HOST", "cdn.example"), new("X-Other", "one")] },
        };
        using var listener = Listen(out var port);
        var serving = ServeAsync(listener, static key =>
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Tunnel.Shared.Transport.WebSockets.WebSocketKey.Answer(key)}\r\n\r\n"
            + "\u0082\u0003abc");

        await using var client = await StreamTransport.DialAsync("127.0.0.1", port, config).WaitAsync(Wait.Bound);

        Assert.Equal("abc"u8.ToArray(), await Wait.ReadExactAsync(client.Input, 3));
        client.Input.Complete();
        client.Output.Complete();
        var request = await serving.WaitAsync(Wait.Bound);
        Assert.StartsWith("GET /a?b=c HTTP/1.1\r\nHost: cdn.example\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Other: one\r\n", request, StringComparison.Ordinal);
        Assert.Single(request.Split("\r\n"), static line => line.StartsWith("host:", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", "wsSettings.path")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "not a WebSocket server's")]
    [InlineData("220 mail.example ESMTP\r\n", "does not speak HTTP")]
    [InlineData("", "closed the connection")]
    public async Task A_server_that_does_not_upgrade_is_named(string answer, string expected)
    {
        using var listener = Listen(out var port);
        var serving = ServeAsync(listener, _ => answer);

        var failure = await Assert.ThrowsAsync<DialException>(() => StreamTransport.DialAsync("127.0.0.1", port, Plain).WaitAsync(Wait.Bound));

        Assert.Equal(DialFailure.UpgradeRefused, failure.Failure);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        await serving.WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        var clock = new ManualTimeProvider();
        using var listener = Listen(out var port);
        var dialling = StreamTransport.DialAsync("127.0.0.1", port, Plain, new StreamDialOptions { TimeProvider = clock });
        using var silent = await listener.AcceptAsync();
        await silent.ReceiveAsync(new byte[1]);

        clock.Advance(TimeSpan.FromSeconds(8));

        var failure = await Assert.ThrowsAsync<DialException>(() => dialling.WaitAsync(Wait.Bound));
        Assert.Equal(DialFailure.TimedOut, failure.Failure);
    }

    [Theory]
    [InlineData("GET /other HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("POST /tunnel HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /tunnel HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000garbage", "HTTP/1.1 400 ")]
    public async Task A_request_that_is_none_is_answered_and_closed(string request, string expected)
    {
        using var server = new StreamServer(Plain);
        var refusing = server.RefuseAsync();
        await using var peer = await server.ConnectAsync();
        await peer.WriteAsync(Encoding.Latin1.GetBytes(request));

        var refused = await refusing;

        Assert.Equal(StreamRefusal.UpgradeRefused, refused.Reason);
        Assert.Equal(peer.Socket.LocalEndPoint, refused.Remote);
        using var reader = new StreamReader(peer);
        Assert.StartsWith(expected, await reader.ReadToEndAsync().WaitAsync(Wait.Bound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_end_is_cut_off()
    {
        using var server = new StreamServer(Plain);
        var refusing = server.RefuseAsync();
        await using var peer = await server.ConnectAsync();
        await peer.WriteAsync(Encoding.ASCII.GetBytes("GET /tunnel HTTP/1.1\r\nX: " + new string('x', 100_000)));

        Assert.Contains("8192 bytes", (await refusing).Text, StringComparison.Ordinal);
        using var reader = new StreamReader(peer);
        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync().WaitAsync(Wait.Bound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_request_has_four_seconds_in_all()
    {
        var clock = new ManualTimeProvider();
        using var server = new StreamServer(new StreamServerOptions(Plain) { TimeProvider = clock });
        var refusing = server.RefuseAsync();
        await using var peer = await server.ConnectAsync();
        await Wait.UntilAsync(() => clock.ActiveTimers == 1, "the request is waited for");
        foreach (var letter in "GET")
        {
            await peer.WriteAsync(new[] { (byte)letter });
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(refusing.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(StreamRefusal.TimedOut, (await refusing).Reason);

        // An end, or a reset where the server had not read everything.
        var read = peer.ReadAsync(new byte[1]).AsTask();
        await Wait.UntilAsync(() => read.IsCompleted, "the connection is closed");
        Assert.True(read.IsFaulted || await read == 0);
    }

    [Fact]
    public async Task A_peer_that_goes_away_is_lost()
    {
        using var server = new StreamServer(Plain);
        var refusing = server.RefuseAsync();
        await using (var peer = await server.ConnectAsync())
        {
            await peer.WriteAsync("GET /tun"u8.ToArray());
        }

        Assert.Equal(StreamRefusal.ConnectionLost, (await refusing).Reason);
    }

    [Fact]
    public async Task Cancelling_closes_the_socket()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new StreamServer(Plain);
        var accepting = server.OutcomeAsync(cancellation.Token);
        await using var peer = await server.ConnectAsync();
        await peer.WriteAsync("GET /tun"u8.ToArray());

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.WaitAsync(Wait.Bound));
    }

    [Fact]
    public async Task The_clients_address_comes_from_a_proxy_on_this_machine()
    {
        using var server = new StreamServer(Plain);
        var accepting = server.AcceptAsync();
        var config = Plain with { WebSocket = Plain.WebSocket with { Headers = [new("X-Forwarded-For", "203.0.113.7, 10.0.0.1")] } };
        await using var client = await server.DialAsync(config);
        await using var accepted = await accepting;

        Assert.Equal(IPAddress.Parse("203.0.113.7"), Assert.IsType<IPEndPoint>(accepted.RemoteEndPoint).Address);
        client.Abort();
        await Complete(client, accepted);
    }

    [Fact]
    public async Task An_end_without_a_close_frame_is_an_end()
    {
        using var server = new StreamServer(Plain);
        var accepting = server.AcceptAsync();
        await using var peer = await server.ConnectAsync();
        await peer.WriteAsync(Encoding.Latin1.GetBytes(
            "GET /tunnel HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            + "\u0082\u0083\0\0\0\0abc"));
        await using var accepted = await accepting;
        peer.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("abc"u8.ToArray(), await Wait.ReadAllAsync(accepted.Input));
        await Complete(accepted);
    }

    [Fact]
    public async Task A_reset_is_a_failure_and_so_is_an_abort()
    {
        using var server = new StreamServer(Plain);
        var accepting = server.AcceptAsync();
        await using var client = await server.DialAsync(Plain);
        await using var accepted = await accepting;
        var reading = accepted.Input.ReadAsync().AsTask();
        var own = client.Input.ReadAsync().AsTask();

        client.Abort();

        await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(Wait.Bound));
        await Assert.ThrowsAnyAsync<IOException>(() => own.WaitAsync(Wait.Bound));
        await Complete(client, accepted);
    }

    private static async Task SendAsync(IConnection connection, byte[] data)
    {
        for (var offset = 0; offset < data.Length; offset += 100_000)
        {
            System.Buffers.BuffersExtensions.Write(connection.Output, data.AsSpan(offset, 100_000));
            await connection.Output.FlushAsync();
        }

        connection.Output.Complete();
    }

    private static async Task Complete(params IConnection[] connections)
    {
        foreach (var connection in connections)
        {
            connection.Input.Complete();
            connection.Output.Complete();
            await connection.DisposeAsync();
        }
    }

    private static Socket Listen(out int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        return listener;
    }

    /// <summary>Reads a request, answers it and ends; returns the request.</summary>
    private static async Task<string> ServeAsync(Socket listener, Func<string, string> answer)
    {
        using var socket = await listener.AcceptAsync();
        var request = string.Empty;
        var buffer = new byte[1024];
        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            request += Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        }

        var key = request.Split("\r\n").First(static line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))[19..];
        await socket.SendAsync(Encoding.Latin1.GetBytes(answer(key)));
        socket.Shutdown(SocketShutdown.Send);
        return request;
    }
}
