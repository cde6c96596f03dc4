using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Pipes;

namespace Tunnel.Shared.Tests.Dispatch;

public sealed class DispatcherTests : IDisposable
{
    private readonly RecordingLoggers _loggers = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public void A_rules_tag_chooses_the_outbound_and_the_first_one_takes_the_rest()
    {
        var (first, second) = (new FakeOutbound("first"), new FakeOutbound("second"));
        var dispatcher = Create([first, second], new RuleConfig { Ports = [new PortRange(443)], OutboundTag = "second" });

        Assert.Same(second, dispatcher.Route(To(443)));
        Assert.Same(first, dispatcher.Route(To(80)));
    }

    [Fact]
    public async Task A_connection_is_handed_over_with_all_that_is_known_and_has_a_line_in_the_access_log()
    {
        ConnectionInfo? seen = null;
        var dispatcher = Create([new FakeOutbound("out", (info, _, _) =>
        {
            seen = info;
            return Task.CompletedTask;
        })]);
        var (_, pipe) = Testing.Pipes.DuplexPipePair.Create();

        await dispatcher.DispatchAsync(To(80), pipe, CancellationToken.None);

        Assert.Equal(To(80), seen);
        var access = Assert.Single(_loggers.Records);
        Assert.Equal((LogCategories.Access, LogLevel.Information), (access.Category, access.Level));
        Assert.Contains("accepted tcp:target.example:80 [in -> out]", access.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_outbound_a_connection_is_aborted_and_the_log_says_what_to_do()
    {
        var dispatcher = Create([]);
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();

        Assert.Null(dispatcher.Route(To(80)));
        await dispatcher.DispatchAsync(To(80), pipe, CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(async () => await visitor.Input.ReadAsync());
        var log = Assert.Single(_loggers.Records);
        Assert.Equal(LogLevel.Warning, log.Level);
        Assert.Contains("add one to \"outbounds\"", log.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outbound_that_throws_aborts_its_connection_alone()
    {
        var hold = new TaskCompletionSource();
        var dispatcher = Create([new FakeOutbound("out", (info, _, _) =>
            info.Destination.Port == 1 ? throw new InvalidOperationException("a bug") : hold.Task)]);
        var (broken, brokenPipe) = Testing.Pipes.DuplexPipePair.Create();
        var (sound, soundPipe) = Testing.Pipes.DuplexPipePair.Create();

        var goesOn = dispatcher.DispatchAsync(To(2), soundPipe, CancellationToken.None);
        await dispatcher.DispatchAsync(To(1), brokenPipe, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await broken.Input.ReadAsync());
        var log = Assert.Single(_loggers.Records, record => record.Level == LogLevel.Error);
        Assert.Equal("a bug", log.Exception?.Message);
        Assert.Contains("'out' failed on tcp:target.example:1", log.Message, StringComparison.Ordinal);
        Assert.False(goesOn.IsCompleted);
        Assert.False(sound.Input.TryRead(out _));
        hold.SetResult();
        await goesOn;
    }

    private static ConnectionInfo To(int port) =>
        new() { InboundTag = "in", Destination = new Destination(Network.Tcp, "target.example", port) };

    private Dispatcher Create(ImmutableArray<IOutbound> outbounds, params RuleConfig[] rules)
    {
        var context = TestContext.Create(_loggers);
        return new Dispatcher(new Router(new RoutingConfig { Rules = [.. rules] }), outbounds, new BalancerSet([], outbounds, context), context);
    }
}
