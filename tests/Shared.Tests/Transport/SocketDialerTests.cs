using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Transport;

public sealed class SocketDialerTests
{
    // TEST-NET-1 (RFC 5737) is never answered; where there is no route at all, connecting fails at once instead.
    private static readonly IPAddress Nowhere = IPAddress.Parse("192.0.2.1");

    [Fact]
    public async Task A_closed_port_is_refused()
    {
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("127.0.0.1", FreePort.Next()));
        Assert.Equal(DialFailure.Refused, failure.Failure);
        Assert.Contains("127.0.0.1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_is_not_found()
    {
        var options = new SocketDialOptions { Resolve = (_, _) => throw new SocketException((int)SocketError.HostNotFound) };
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("no.such.example", 80, options));
        Assert.Equal(DialFailure.NameNotFound, failure.Failure);
        Assert.Contains("no.such.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resolver_that_hangs_times_out()
    {
        var options = new SocketDialOptions
        {
            Timeout = TimeSpan.FromMilliseconds(50),
            Resolve = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return [];
            },
        };
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("slow.example", 80, options).WaitAsync(Wait.Bound));
        Assert.Equal(DialFailure.TimedOut, failure.Failure);
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_a_dial_failure()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SocketDialer.ConnectAsync("127.0.0.1", 1, options: null, cancelled.Token));
    }

    [Fact]
    public async Task Later_addresses_are_tried_when_the_first_does_not_answer()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var options = new SocketDialOptions
        {
            AttemptDelay = TimeSpan.FromMilliseconds(10),
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([Nowhere, IPAddress.Loopback]),
        };
        using var socket = await SocketDialer.ConnectAsync("two.example", ((IPEndPoint)listener.LocalEndPoint!).Port, options).WaitAsync(Wait.Bound);
        Assert.Equal(listener.LocalEndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task When_every_address_fails_the_refusal_is_reported()
    {
        var options = new SocketDialOptions
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")]),
        };
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("two.example", FreePort.Next(), options));
        Assert.Equal(DialFailure.Refused, failure.Failure);
    }

    [Fact]
    public async Task A_missing_unix_socket_is_refused()
    {
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("unix:/nonexistent/a.sock", 0));
        Assert.Equal(DialFailure.Refused, failure.Failure);
        Assert.Contains("unix:/nonexistent/a.sock", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_alternate_between_families()
    {
        var ordered = AddressOrder.Interleave([.. new[] { "::1", "::2", "::3", "1.1.1.1" }.Select(IPAddress.Parse)]);
        Assert.Equal(["::1", "1.1.1.1", "::2", "::3"], ordered.Select(a => a.ToString()));
    }

    [Theory]
    [InlineData("::1", "127.0.0.1")]
    [InlineData("127.0.0.1", "::1")]
    public async Task The_other_family_is_tried_when_nothing_listens_on_the_first(string first, string second)
    {
        // A port that the system gives may be another test's on the other family.
        using var listener = Listen(IPAddress.Parse(second), FreePort.Next());
        var options = new SocketDialOptions
        {
            // A refusal is no reason to wait for the delay.
            AttemptDelay = TimeSpan.FromHours(1),
            Timeout = TimeSpan.FromHours(2),
            Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Parse(first), IPAddress.Parse(second) }),
        };
        using var socket = await SocketDialer.ConnectAsync("two.example", ((IPEndPoint)listener.LocalEndPoint!).Port, options).WaitAsync(Wait.Bound);
        Assert.Equal(listener.LocalEndPoint, socket.RemoteEndPoint);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    public async Task A_listener_on_all_IPv6_addresses_takes_both_families(string host)
    {
        var (listener, _) = ListenSocket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        using (listener)
        {
            using var socket = await SocketDialer.ConnectAsync(host, ((IPEndPoint)listener.LocalEndPoint!).Port).WaitAsync(Wait.Bound);
            Assert.True(socket.Connected);
        }
    }

    [Theory]
    [InlineData(DomainStrategy.AsIs, "::1")]
    [InlineData(DomainStrategy.UseIp, "::1")]
    [InlineData(DomainStrategy.UseIpv4, "127.0.0.1")]
    [InlineData(DomainStrategy.UseIpv6, "::1")]
    public async Task A_strategy_chooses_the_family(DomainStrategy strategy, string chosen)
    {
        var (listener, _) = ListenSocket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        using (listener)
        {
            var options = new SocketDialOptions { DomainStrategy = strategy, Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]) };
            using var socket = await SocketDialer.ConnectAsync("two.example", ((IPEndPoint)listener.LocalEndPoint!).Port, options).WaitAsync(Wait.Bound);
            Assert.Equal(chosen, ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString());
        }
    }

    [Fact]
    public async Task A_name_without_an_address_of_the_family_is_said()
    {
        var options = new SocketDialOptions { DomainStrategy = DomainStrategy.UseIpv6, Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };
        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("old.example", 80, options));
        Assert.Equal(DialFailure.NameNotFound, failure.Failure);
        Assert.Contains("'old.example' has no IPv6 address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_to_dial_from_is_used()
    {
        using var listener = Listen(IPAddress.Loopback);
        var options = new SocketDialOptions { LocalAddress = IPAddress.Parse("127.0.0.7") };
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var socket = await SocketDialer.ConnectAsync("127.0.0.1", port, options).WaitAsync(Wait.Bound);
        using var accepted = await listener.AcceptAsync();
        Assert.Equal("127.0.0.7", ((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString());

        var failure = await Assert.ThrowsAsync<DialException>(() => SocketDialer.ConnectAsync("::1", port, options));
        Assert.Contains("no address of the family of 127.0.0.7", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<DialException>(
            () => SocketDialer.ConnectAsync("127.0.0.1", port, new SocketDialOptions { LocalAddress = Nowhere }));
        Assert.Contains("sendThrough", failure.Message, StringComparison.Ordinal);
    }

    private static Socket Listen(IPAddress address, int port = 0)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(8);
        return listener;
    }
}
