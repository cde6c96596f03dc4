using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Pipes;

namespace Tunnel.Shared.Tests.Dispatch;

public sealed class VirtualDomainGuardTests : IDisposable
{
    private readonly RecordingLoggers _loggers = new();

    [Theory]
    [InlineData("home.example", null)]
    [InlineData("HOME.Example", null)]
    [InlineData("home.example.", null)]
    [InlineData("127.0.0.1", "home.example")]
    [InlineData("127.0.0.1", "second.example")]
    public async Task A_visitor_that_asks_for_a_virtual_domain_is_closed(string host, string? sniffed)
    {
        var (visitor, pipe) = DuplexPipePair.Create();

        // Never given to the inner dispatcher, where it would wait for its end.
        await Guard(new FakeDispatcher()).DispatchAsync(Info(host, sniffed), pipe, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAsync<IOException>(async () => await visitor.Input.ReadAsync());
        Assert.Single(_loggers.With("a virtual domain, which only bridges may"));
    }

    [Theory]
    [InlineData("a.home.example", null)]
    [InlineData("127.0.0.1", "home.example.org")]
    [InlineData("127.0.0.1", null)]
    public async Task Everybody_else_passes(string host, string? sniffed)
    {
        var inner = new FakeDispatcher();
        var (_, pipe) = DuplexPipePair.Create();
        var dispatching = Guard(inner).DispatchAsync(Info(host, sniffed), pipe, CancellationToken.None);

        var connection = await inner.NextAsync();
        Assert.Same(pipe, connection.Pipe);
        connection.End();
        await dispatching;
    }

    [Fact]
    public async Task A_bridges_own_question_is_answered()
    {
        await using var outbound = new FakeOutbound("out");
        Assert.Same(outbound, Guard(new FakeDispatcher(outbound)).Route(Info("home.example", null)));
    }

    public void Dispose() => _loggers.Dispose();

    private VirtualDomainGuard Guard(FakeDispatcher inner) => new(inner, ["Home.example", "second.example."], _loggers.CreateLogger("guard"));

    private static ConnectionInfo Info(string host, string? sniffed) =>
        new() { InboundTag = "in", Destination = new Destination(Network.Tcp, host, 443), SniffedDomain = sniffed };
}
