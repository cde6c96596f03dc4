using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Portal.Sessions;
using Tunnel.Portal.Tests.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Pipes;
using Tunnel.Testing.Sessions;

namespace Tunnel.Portal.Tests;

public sealed class PortalOutboundTests : IAsyncDisposable
{
    private const string Domain = "home.example";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly ConnectionInfo Info = new()
    {
        InboundTag = "public",
        Destination = new Destination(Network.Tcp, "target.example", 80),
        Source = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4711),
    };

    private readonly RecordingLoggers _loggers = new();
    private readonly InProcessSessionRegistry _registry = new();
    private readonly SessionPair _pair = new();
    private readonly PortalOutbound _portal;

    // Nobody waits here; those who do are in the tests of parking.
    public PortalOutboundTests() =>
        _portal = new PortalOutbound(new ReversePortalConfig { Tag = "portal", Domain = Domain, Parking = null }, _registry, TestContext.Create(_loggers));

    public async ValueTask DisposeAsync()
    {
        await _portal.DisposeAsync();
        await _pair.DisposeAsync();
        _loggers.Dispose();
    }

    [Fact]
    public async Task A_visitor_is_relayed_over_a_stream_with_its_destination_and_source()
    {
        _ = TakeAsync(_pair);
        var (visitor, handled) = Visit();
        Assert.True(_portal.IsReady);

        await visitor.Output.WriteAsync("question"u8.ToArray());
        await visitor.Output.CompleteAsync();
        var stream = (await _pair.Bridge.AcceptAsync())!;
        Assert.Equal(new StreamMetadata(Info.Destination, Info.Source), stream.Metadata);
        Assert.Equal("question"u8.ToArray(), await ReadAllAsync(stream.Input));
        await stream.Output.WriteAsync("answer"u8.ToArray());
        await stream.Output.CompleteAsync();
        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(visitor.Input));

        await handled.WaitAsync(Limit);
        await _loggers.SeenAsync("ended: 8 bytes to the bridge, 6 from it, Completed");
    }

    [Fact]
    public async Task Another_outbounds_connection_is_a_stream_and_ends_as_one()
    {
        var failure = await Assert.ThrowsAsync<DialException>(() => _portal.DialAsync("target.example", 80));
        Assert.Equal("Cannot connect to tcp:target.example:80: no bridge of 'home.example' can take it now", failure.Message);

        _ = TakeAsync(_pair);
        await using var connection = (await _portal.DialAsync("target.example", 80)).ToConnection();
        await connection.Output.WriteAsync("question"u8.ToArray());
        await connection.Output.CompleteAsync();
        var stream = (await _pair.Bridge.AcceptAsync())!;
        Assert.Equal(new StreamMetadata(new Destination(Network.Tcp, "target.example", 80)), stream.Metadata);
        Assert.Equal("question"u8.ToArray(), await ReadAllAsync(stream.Input));
        await stream.Output.WriteAsync("answer"u8.ToArray());
        await stream.Output.CompleteAsync();
        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(connection.Input));
        await connection.Input.CompleteAsync();
    }

    [Fact]
    public async Task Without_a_session_the_visitor_is_turned_away_at_once_and_the_reason_is_logged()
    {
        var (visitor, handled) = Visit();
        await handled.WaitAsync(Limit);

        // Nobody has seen any of it, so whoever sent the visitor here may send it elsewhere.
        var refusal = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Equal(MuxErrorCode.Refused, refusal.Code);
        await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Output.WriteAsync(new byte[1]));
        Assert.False(_portal.IsReady);
        var log = Assert.Single(_loggers.With("no bridge for home.example"));
        Assert.Equal(LogLevel.Warning, log.Level);
        Assert.Contains("203.0.113.9:4711", log.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_refuses_is_passed_over_for_the_next()
    {
        // Less loaded than the good one, so it is always asked first.
        using var refuses = _registry.Add(new BridgeSession(new FakeSession(), Domain, "192.0.2.1:1000", "0123456789"));
        _ = TakeAsync(_pair);
        var idle = _pair.Open();

        var (visitor, handled) = Visit();
        await _pair.Bridge.AcceptAsync();
        var stream = (await _pair.Bridge.AcceptAsync().AsTask().WaitAsync(Limit))!;
        await stream.Output.CompleteAsync();
        await stream.Input.CompleteAsync();
        await visitor.Output.CompleteAsync();
        await handled.WaitAsync(Limit);
        idle.Abort(MuxErrorCode.Cancel);
    }

    [Fact]
    public async Task When_all_refuse_although_they_said_they_had_room_the_visitor_is_turned_away()
    {
        using var first = _registry.Add(FakeSession.Bridge());
        using var second = _registry.Add(FakeSession.Bridge());

        var (visitor, handled) = Visit();
        await handled.WaitAsync(Limit);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Single(_loggers.With("all 2 workers of home.example are full or closing"));
    }

    [Fact]
    public async Task Why_the_target_could_not_be_reached_is_logged_and_ends_the_visitor()
    {
        _ = TakeAsync(_pair, peer: "198.51.100.7:50000");
        var (visitor, handled) = Visit();
        var stream = (await _pair.Bridge.AcceptAsync())!;

        stream.Abort(MuxErrorCode.ConnectFailed, "Cannot connect to 127.0.0.1:80: connection refused");
        await handled.WaitAsync(Limit);

        var log = await _loggers.SeenAsync("the bridge 198.51.100.7:50000 says: Cannot connect to 127.0.0.1:80: connection refused");
        Assert.Equal(LogLevel.Warning, log.Level);
        await Assert.ThrowsAnyAsync<IOException>(async () => await visitor.Input.ReadAsync());
    }

    [Fact]
    public async Task A_visitor_who_leaves_is_no_warning()
    {
        _ = TakeAsync(_pair);
        var (visitor, handled) = Visit();
        var stream = (await _pair.Bridge.AcceptAsync())!;

        await visitor.Output.CompleteAsync(new IOException("gone"));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Limit);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await ReadAllAsync(stream.Input));
        Assert.DoesNotContain(_loggers.Records, record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_stop_out_of_patience_ends_the_visitor_and_resets_the_stream()
    {
        using var abort = new CancellationTokenSource();
        _ = TakeAsync(_pair);
        var (visitor, handled) = Visit(abort.Token);
        var stream = (await _pair.Bridge.AcceptAsync())!;

        await abort.CancelAsync();
        await handled.WaitAsync(Limit);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await ReadAllAsync(stream.Input));
        await Assert.ThrowsAnyAsync<Exception>(async () => await ReadAllAsync(visitor.Input));
    }

    [Fact]
    public async Task Bridges_that_come_and_go_are_logged_with_the_reason()
    {
        var taken = TakeAsync(_pair, peer: "198.51.100.7:50000");
        Assert.Single(_loggers.With("bridge connected: home.example from 198.51.100.7:50000 (key 0123456789, 1 workers now)"));
        Assert.Single(_registry.Find(Domain));

        _pair.Cut();
        await taken.WaitAsync(Limit);

        var end = await _pair.Portal.Completion;
        Assert.False(end.IsOrderly);
        Assert.Single(_loggers.With($"bridge gone: home.example from 198.51.100.7:50000: {end.Message} (0 workers left)"));
        Assert.Empty(_registry.Find(Domain));
    }

    [Fact]
    public async Task A_session_that_its_bridge_drains_gets_no_more_visitors()
    {
        await using var other = new SessionPair();
        _ = TakeAsync(_pair);
        var idle = _pair.Open();
        await _pair.Bridge.AcceptAsync();
        _ = _pair.Bridge.DrainAsync(CancellationToken.None);
        await _pair.Portal.Draining.WaitAsync(Limit);
        _ = TakeAsync(other);

        for (var i = 0; i < 8; i++)
        {
            _ = Visit();
        }

        Assert.Equal(1, _pair.Portal.StreamCount);
        Assert.Equal(8, other.Portal.StreamCount);
        idle.Abort(MuxErrorCode.Cancel);
    }

    [Fact]
    public async Task The_end_drains_the_sessions_of_its_domain_alone()
    {
        await using var other = new SessionPair();
        using var elsewhere = _registry.Add(new BridgeSession(other.Portal, "other.example", "192.0.2.1:1000", "0123456789"));
        var taken = TakeAsync(_pair);

        await _portal.DisposeAsync().AsTask().WaitAsync(Limit);

        await taken.WaitAsync(Limit);
        Assert.True((await _pair.Bridge.Completion.WaitAsync(Limit)).IsOrderly);
        Assert.False(other.Bridge.Completion.IsCompleted);
    }

    [Fact]
    public async Task The_end_does_not_wait_for_ever_for_a_stream()
    {
        var taken = TakeAsync(_pair);
        var stream = _pair.Open();

        await _portal.DisposeAsync().AsTask().WaitAsync(Limit);

        await taken.WaitAsync(Limit);
        await Assert.ThrowsAsync<MuxStreamException>(async () => await stream.Input.ReadAsync());
    }

    private Task TakeAsync(SessionPair pair, string peer = "192.0.2.1:1000") =>
        _portal.TakeAsync(new BridgeSession(pair.Portal, Domain, peer, "0123456789"));

    private (IDuplexPipe Visitor, Task Handled) Visit(CancellationToken cancellationToken = default)
    {
        var (visitor, pipe) = DuplexPipePair.Create();
        return (visitor, _portal.HandleAsync(Info, pipe, cancellationToken));
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var read = await reader.ReadAsync(limit.Token);
            if (read.IsCompleted)
            {
                var all = read.Buffer.ToArray();
                await reader.CompleteAsync();
                return all;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
