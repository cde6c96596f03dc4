using System.IO.Pipelines;
using System.Net;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Chaining;
using Tunnel.Shared.Tests.Hosting;
using Tunnel.Shared.Tests.Interconnect;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class ChainingTests : IAsyncDisposable
{
    private readonly RecordingLoggers _loggers = new();
    private readonly LeakCheckingPool _pool = new(64 * 1024);
    private readonly TcpTarget _proxy = MiniProxy.Connecting();
    private readonly InterconnectKey _key = InterconnectKey.Generate();

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _pool.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Traffic_passes_through_a_chain_of_outbounds_and_ends_pass_as_they_are()
    {
        await using var target = TcpTargets.Echo();
        await using var second = MiniProxy.Connecting();
        await using var runtime = Build(
            """{ "tag": "out", "protocol": "freedom", "proxySettings": { "tag": "first" } }""",
            Http("first", _proxy, """, "proxySettings": { "tag": "second" }"""),
            Http("second", second));

        Assert.Equal("through two", await AskAsync(Find(runtime, "out"), target, "through two"));
        Assert.Equal((1, 1), (_proxy.Accepted, second.Accepted));
        await Wait.UntilAsync(() => _proxy.Open + second.Open + target.Open == 0, "all connections have ended");
    }

    [Fact]
    public async Task An_abort_on_one_end_reaches_the_other()
    {
        await using var target = TcpTargets.Echo();
        await using var runtime = Build("""{ "tag": "out", "protocol": "freedom", "proxySettings": { "tag": "corporate" } }""", Http("corporate", _proxy));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var handled = Find(runtime, "out").HandleAsync(InfoOf(target), pipe, CancellationToken.None);
        await visitor.Output.WriteAsync("a"u8.ToArray());
        await Wait.ReadExactAsync(visitor.Input, 1);

        await visitor.Output.CompleteAsync(new IOException("reset"));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Wait.Bound);
        await Wait.UntilAsync(() => _proxy.Open + target.Open == 0, "both have noticed");
    }

    [Fact]
    public async Task A_hop_that_fails_gives_its_reason()
    {
        var port = FreePort.Next();
        await using var runtime = Build(
            """{ "tag": "out", "protocol": "freedom", "proxySettings": { "tag": "corporate" } }""",
            $$"""{ "tag": "corporate", "protocol": "http", "settings": { "servers": [ { "address": "127.0.0.1", "port": {{port}} } ] } }""");
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Tcp, "web.example", 80) };
        await Find(runtime, "out").HandleAsync(info, pipe, CancellationToken.None).WaitAsync(Wait.Bound);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.Contains($"the HTTP proxy is not there: cannot connect to 127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interconnect_passes_with_TLS_and_a_WebSocket_on_top(bool webSocket)
    {
        await using var portal = new TestPortal(_key, options => options with { WebSocketPath = webSocket ? "/" : null });
        await using (var runtime = Build(Http("corporate", _proxy)))
        {
            var bridge = await InterconnectDialer.DialAsync(Through(runtime, portal, webSocket), TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound);
            var accepted = (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
            var sent = new byte[300_000];
            Random.Shared.NextBytes(sent);
            var writing = bridge.Connection.Output.WriteAsync(sent).AsTask();
            Assert.Equal(sent, await Wait.ReadExactAsync(accepted.Connection.Input, sent.Length));
            await writing.WaitAsync(Wait.Bound);

            // The portal's half-close, then the bridge's.
            await accepted.Connection.Output.WriteAsync("bye"u8.ToArray());
            accepted.Connection.Output.Complete();
            Assert.Equal("bye"u8.ToArray(), await Wait.ReadAllAsync(bridge.Connection.Input));
            bridge.Connection.Output.Complete();
            Assert.Empty(await Wait.ReadAllAsync(accepted.Connection.Input));
            accepted.Connection.Input.Complete();
            bridge.Connection.Input.Complete();
            await bridge.DisposeAsync().AsTask().WaitAsync(Wait.Bound);
            await accepted.DisposeAsync().AsTask().WaitAsync(Wait.Bound);
        }

        await Wait.UntilAsync(() => _proxy.Open == 0, "the proxy has no connection left");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interconnect_that_is_cut_ends_on_both_sides(bool byTheProxy)
    {
        await using var portal = new TestPortal(_key);
        await using var runtime = Build(Http("corporate", _proxy));
        await using var bridge = await InterconnectDialer.DialAsync(Through(runtime, portal, webSocket: false), TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound);
        await using var accepted = (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
        var reads = new[] { bridge.Connection.Input.ReadAsync().AsTask(), accepted.Connection.Input.ReadAsync().AsTask() };

        if (byTheProxy)
        {
            await _proxy.DisposeAsync();
        }
        else
        {
            bridge.Connection.Abort();
        }

        foreach (var read in reads)
        {
            Assert.True(await EndsAsync(read));
        }

        foreach (var connection in new[] { bridge.Connection, accepted.Connection })
        {
            connection.Abort();
            connection.Input.Complete();
            connection.Output.Complete(new IOException("over"));
        }
    }

    [Fact]
    public async Task A_hop_of_protocol_vmess_carries_too()
    {
        await using var target = TcpTargets.Echo();
        var port = FreePort.Next();
        const string Id = "27848739-7e62-4138-9fd3-098a63964b6b";
        await using var server = Load($$"""
            {
              "inbounds": [ { "listen": "127.0.0.1", "port": {{port}}, "protocol": "vmess", "settings": { "clients": [ { "id": "{{Id}}" } ] } } ],
              "outbounds": [ { "protocol": "freedom" } ]
            }
            """);
        await server.StartAsync(CancellationToken.None);
        await using var runtime = Build(
            """{ "tag": "out", "protocol": "freedom", "proxySettings": { "tag": "hop" } }""",
            $$"""{ "tag": "hop", "protocol": "vmess", "settings": { "vnext": [ { "address": "127.0.0.1", "port": {{port}}, "users": [ { "id": "{{Id}}" } ] } ] } }""");

        Assert.Equal("through vmess", await AskAsync(Find(runtime, "out"), target, "through vmess"));
        await Wait.UntilAsync(() => target.Open == 0, "the target has no connection left");
        await server.StopAsync(CancellationToken.None).WaitAsync(Wait.Bound);
    }

    [Fact]
    public async Task Datagrams_of_freedom_go_on_to_the_hop()
    {
        await using var runtime = Build("""{ "tag": "out", "protocol": "freedom", "proxySettings": { "tag": "corporate" } }""", Http("corporate", _proxy));
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Udp, "192.0.2.7", 53) };
        await Find(runtime, "out").HandleAsync(info, pipe, CancellationToken.None).WaitAsync(Wait.Bound);

        var failure = await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        Assert.EndsWith("datagrams cannot go through an HTTP proxy", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_on_this_machine_does_not_make_plaintext_to_elsewhere_allowed()
    {
        await using var portal = new TestPortal(_key, options => options with { Certificate = null });
        await using var runtime = Build(Http("corporate", _proxy));

        var failure = await Assert.ThrowsAsync<InterconnectException>(() => InterconnectDialer.DialAsync(
            Through(runtime, portal, webSocket: false) with { Plaintext = true }, TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound));

        Assert.Equal(InterconnectError.PlaintextRefused, failure.Code);
    }

    [Fact]
    public async Task A_dial_that_fails_half_way_leaves_nothing()
    {
        await using var portal = new TestPortal(_key);
        await using var runtime = Build(Http("corporate", _proxy));
        var options = Through(runtime, portal, webSocket: false) with { Key = InterconnectKey.Generate() };

        Assert.Equal(
            InterconnectError.UnknownKey,
            (await Assert.ThrowsAsync<InterconnectException>(() => InterconnectDialer.DialAsync(options, TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound))).Code);
        await Wait.UntilAsync(() => _proxy.Open == 0, "the proxy has no connection left");
    }

    [Fact]
    public async Task A_name_is_looked_up_here_only_where_that_is_asked_for()
    {
        var recorder = new RecordingDialer();
        var directory = new OutboundDirectory();
        directory.Fill([recorder]);
        var dialer = new ChainedDialer("recorder", directory);
        var options = new SocketDialOptions { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback]) };

        await Assert.ThrowsAsync<DialException>(() => dialer.DialAsync("a.example", 80, options));
        await Assert.ThrowsAsync<DialException>(() => dialer.DialAsync("a.example", 80, options with { DomainStrategy = DomainStrategy.UseIp }));
        await Assert.ThrowsAsync<DialException>(() => dialer.DialAsync("a.example", 80, options with { DomainStrategy = DomainStrategy.UseIpv6 }));
        await Assert.ThrowsAsync<DialException>(() => dialer.DialAsync("[::2]", 80, options with { DomainStrategy = DomainStrategy.UseIpv4 }));
        Assert.Equal(["a.example", "192.0.2.1", "::1", "::2"], recorder.Hosts);

        Assert.Contains("Unix socket", (await Assert.ThrowsAsync<DialException>(() => dialer.DialAsync("unix:/a", 0))).Message, StringComparison.Ordinal);
    }

    /// <summary>A proxy that dies closes its sockets in order or not; TLS reports either as the end.</summary>
    private static async Task<bool> EndsAsync(Task<ReadResult> read)
    {
        try
        {
            return (await read.WaitAsync(Wait.Bound)).IsCompleted;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string Http(string tag, TcpTarget proxy, string more = "") =>
        $$"""{ "tag": "{{tag}}", "protocol": "http", "settings": { "servers": [ { "address": "127.0.0.1", "port": {{((IPEndPoint)proxy.EndPoint).Port}} } ] }{{more}} }""";

    private static IOutbound Find(TunnelRuntime runtime, string tag) => runtime.Outbounds.Single(outbound => outbound.Tag == tag);

    private static ConnectionInfo InfoOf(TcpTarget target) => new() { InboundTag = "in", Destination = new Destination(Network.Tcp, (IPEndPoint)target.EndPoint) };

    private static async Task<string> AskAsync(IOutbound outbound, TcpTarget target, string question)
    {
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var handled = outbound.HandleAsync(InfoOf(target), pipe, CancellationToken.None);
        await visitor.Output.WriteAsync(Encoding.ASCII.GetBytes(question));
        await visitor.Output.CompleteAsync();
        var answer = Encoding.ASCII.GetString(await Wait.ReadAllAsync(visitor.Input));
        await visitor.Input.CompleteAsync();
        await handled.WaitAsync(Wait.Bound);
        return answer;
    }

    private InterconnectDialOptions Through(TunnelRuntime runtime, TestPortal portal, bool webSocket) => portal.DialOptions(_key) with
    {
        Dialer = (IDialer)Find(runtime, "corporate"),
        WebSocket = webSocket ? new WebSocketConfig() : null,
        Pool = _pool,
    };

    private TunnelRuntime Build(params string[] outbounds) => Load($$"""{ "outbounds": [ {{string.Join(", ", outbounds)}} ] }""");

    private TunnelRuntime Load(string text)
    {
        var result = ConfigLoader.LoadText("f", text);
        Assert.Empty(result.Problems);
        return TunnelRuntime.Build(result.Config!, new FakeReverse([]), TestContext.Create(_loggers) with { Pool = _pool });
    }

    private sealed class RecordingDialer : IOutbound, IDialer
    {
        public List<string> Hosts { get; } = [];

        public string Tag => "recorder";

        public string Description => Tag;

        public Task<Carrier> DialAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
        {
            Hosts.Add(host);
            throw new DialException(DialFailure.Other, host, "recorded");
        }

        public Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
