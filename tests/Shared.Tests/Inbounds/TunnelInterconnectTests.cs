using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Tunnel;
using Tunnel.Shared.Inbounds.VMess;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Tunnel;
using Tunnel.Testing.Dispatch;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;

namespace Tunnel.Shared.Tests.Inbounds;

/// <summary>Protocol <c>tunnel</c>, its inbound and its outbound against each other over loopback.</summary>
public sealed class TunnelInterconnectTests : IAsyncDisposable
{
    private const string Domain = "home.example";

    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;
    private readonly RecordingLoggers _loggers = new();
    private readonly InterconnectKey _key = InterconnectKey.Generate();
    private readonly FakePortal _portal = new(Domain);
    private readonly List<ConnectionInfo> _asked = [];
    private readonly TunnelInbound _inbound;

    public TunnelInterconnectTests() => _inbound = CreateInbound(StreamSecurity.Tls);

    public async ValueTask DisposeAsync()
    {
        await _inbound.DisposeAsync();
        await _portal.DisposeAsync();
        _loggers.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(StreamSecurity.Tls)]
    [InlineData(StreamSecurity.None)]
    public async Task A_bridge_that_proves_its_key_becomes_a_session_of_the_portal_it_claims(StreamSecurity security)
    {
        await using var inbound = CreateInbound(security);
        await inbound.StartAsync(CancellationToken.None);
        await using var session = await CreateOutbound(inbound, security: security).DialAsync(0, Domain, CancellationToken.None);
        var taken = await _portal.NextAsync();

        Assert.Equal((Domain, _key.Id), (taken.VirtualDomain, taken.Credential));
        Assert.StartsWith("127.0.0.1:", taken.Peer, StringComparison.Ordinal);
        lock (_asked)
        {
            Assert.All(_asked, info => Assert.Equal(new ConnectionInfo { InboundTag = "interconnect", Destination = new Destination(Network.Tcp, Domain, 0) }, info));
        }

        var metadata = new StreamMetadata(new Destination(Network.Tcp, "web", 80), new IPEndPoint(IPAddress.Parse("203.0.113.9"), 4711));
        var opened = taken.Session.TryOpen(metadata)!;
        Assert.Equal(metadata, (await session.AcceptAsync())!.Metadata);

        // A portal opens streams, a bridge never does.
        await Transport.Wait.UntilAsync(() => !session.CanOpen, "the portal's limit is known");
        opened.Abort(MuxErrorCode.Cancel);
    }

    [Fact]
    public async Task The_log_says_where_it_listens_and_with_which_certificate()
    {
        await _inbound.StartAsync(CancellationToken.None);
        using var certificate = CertificateStore.LoadOrCreate(_root);
        await _loggers.SeenAsync($"interconnect listening on {_inbound.BoundEndPoints[0]} (TLS 1.3, certificate sha256:{certificate.Fingerprint})");
    }

    [Fact]
    public async Task A_bridge_with_another_key_is_refused_and_logged()
    {
        await _inbound.StartAsync(CancellationToken.None);
        var stranger = InterconnectKey.Generate();

        var failure = await Assert.ThrowsAsync<InterconnectException>(
            () => CreateOutbound(_inbound, stranger).DialAsync(0, Domain, CancellationToken.None));

        Assert.Equal(InterconnectError.UnknownKey, failure.Code);
        var log = await _loggers.SeenAsync("refused on the interconnect: 127.0.0.1:");
        Assert.Contains($"key {stranger.Id}", log.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(stranger.Export(), _loggers.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other.example")]
    [InlineData("HOME.example")]
    public async Task A_domain_that_no_portal_serves_is_refused(string domain)
    {
        await _inbound.StartAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<InterconnectException>(
            () => CreateOutbound(_inbound).DialAsync(0, domain, CancellationToken.None));
        Assert.Equal(InterconnectError.UnknownDomain, failure.Code);
    }

    [Fact]
    public async Task A_stop_leaves_sessions_to_their_portals_and_the_end_leaves_none()
    {
        await _inbound.StartAsync(CancellationToken.None);
        await using var session = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        await _portal.NextAsync();

        var outbound = CreateOutbound(_inbound);
        await _inbound.StopAsync(CancellationToken.None);
        await Assert.ThrowsAsync<InterconnectException>(() => outbound.DialAsync(0, Domain, CancellationToken.None));
        Assert.False(session.Completion.IsCompleted);

        // The portal has not drained it, and still the end does not wait for the bridge.
        await _inbound.DisposeAsync().AsTask().WaitAsync(Transport.Wait.Bound);
        await session.Completion.WaitAsync(Transport.Wait.Bound);
    }

    [Fact]
    public async Task Keys_are_exchanged_under_a_listener_that_stays_and_only_sessions_of_removed_ones_drain()
    {
        await _inbound.StartAsync(CancellationToken.None);
        var address = _inbound.BoundEndPoints[0];
        var next = InterconnectKey.Generate();
        await using var old = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        await _portal.NextAsync();

        Assert.True(_inbound.TryReconfigure(Config(_key, next), filesChanged: false));
        Assert.Equal(address, _inbound.BoundEndPoints[0]);
        await using var other = await CreateOutbound(_inbound, next).DialAsync(0, Domain, CancellationToken.None);
        await _portal.NextAsync();
        Assert.False(old.Draining.IsCompleted);

        Assert.True(_inbound.TryReconfigure(Config(next), filesChanged: false));
        await old.Draining.WaitAsync(Transport.Wait.Bound);
        Assert.False(other.Draining.IsCompleted);
        var failure = await Assert.ThrowsAsync<InterconnectException>(() => CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None));
        Assert.Equal(InterconnectError.UnknownKey, failure.Code);
    }

    [Fact]
    public async Task A_domain_that_a_key_may_not_claim_any_more_ends_its_sessions()
    {
        await _inbound.StartAsync(CancellationToken.None);
        await using var session = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        await _portal.NextAsync();
        var settings = new TunnelInboundSettings { Clients = [new TunnelClient { Key = _key, Domains = ["other.example"] }] };
        Assert.True(_inbound.TryReconfigure(Config(_key) with { Settings = settings }, filesChanged: false));
        await session.Draining.WaitAsync(Transport.Wait.Bound);
    }

    [Fact]
    public async Task Another_certificate_is_shown_to_who_comes_next_and_a_bad_one_changes_nothing()
    {
        await _inbound.StartAsync(CancellationToken.None);
        await using var session = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        await _portal.NextAsync();
        var file = Path.Combine(_root, "other.pem");
        var config = Config(_key) with
        {
            Stream = new StreamConfig
            {
                Security = StreamSecurity.Tls,
                Tls = new TlsConfig { Certificates = [new CertificateConfig { CertificateFile = file, KeyFile = file }] },
            },
        };
        Assert.Throws<InboundStartException>(() => _inbound.TryReconfigure(config, filesChanged: false));

        File.Copy(Path.Combine(_root, CertificateStore.FileName), file);
        File.Delete(Path.Combine(_root, CertificateStore.FileName));
        using var made = CertificateStore.LoadOrCreate(_root);
        Assert.True(_inbound.TryReconfigure(config, filesChanged: false));
        File.Copy(Path.Combine(_root, CertificateStore.FileName), file, overwrite: true);
        Assert.True(_inbound.TryReconfigure(config, filesChanged: true));
        await _loggers.SeenAsync($"certificate sha256:{made.Fingerprint}");
        await using var again = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        Assert.False(session.Draining.IsCompleted);
    }

    [Fact]
    public async Task Another_address_needs_another_listener()
    {
        await _inbound.StartAsync(CancellationToken.None);
        Assert.False(_inbound.TryReconfigure(Config(_key) with { Ports = [new PortRange(1)] }, filesChanged: false));
        Assert.False(_inbound.TryReconfigure(Config(_key) with { Protocol = "vmess", Settings = new VMessInboundSettings() }, filesChanged: false));
    }

    [Fact]
    public async Task One_that_retires_lets_its_sessions_finish()
    {
        await _inbound.StartAsync(CancellationToken.None);
        await using var session = await CreateOutbound(_inbound).DialAsync(0, Domain, CancellationToken.None);
        var taken = await _portal.NextAsync();
        var stream = taken.Session.TryOpen(new StreamMetadata(new Destination(Network.Tcp, "web", 80)))!;
        var accepted = (await session.AcceptAsync())!;

        var retired = _inbound.RetireAsync(CancellationToken.None);
        await session.Draining.WaitAsync(Transport.Wait.Bound);
        Assert.False(retired.IsCompleted);
        foreach (var end in new[] { stream, accepted })
        {
            await end.Output.CompleteAsync();
            await end.Input.CompleteAsync();
        }

        await retired.WaitAsync(Transport.Wait.Bound);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_is_a_start_error()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, CertificateStore.FileName), "damaged");
        var failure = await Assert.ThrowsAsync<InboundStartException>(() => _inbound.StartAsync(CancellationToken.None));
        Assert.Contains("'interconnect' has no certificate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_with_the_address()
    {
        await _inbound.StartAsync(CancellationToken.None);
        var outbound = CreateOutbound(_inbound);
        await _inbound.StopAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<InterconnectException>(() => outbound.DialAsync(0, Domain, CancellationToken.None));
        Assert.Equal(InterconnectError.ConnectFailed, failure.Code);
        Assert.Contains(outbound.Portals[0], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_authorities_that_cannot_be_read_is_named()
    {
        await _inbound.StartAsync(CancellationToken.None);
        var file = Path.Combine(_root, "missing.pem");
        var failure = await Assert.ThrowsAsync<InterconnectException>(
            () => CreateOutbound(_inbound, caFile: file).DialAsync(0, Domain, CancellationToken.None));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_traffic_that_a_wrong_rule_sends_to_an_interconnect_is_closed_and_explained()
    {
        await _inbound.StartAsync(CancellationToken.None);
        var (visitor, pipe) = Testing.Pipes.DuplexPipePair.Create();
        var info = new ConnectionInfo { InboundTag = "in", Destination = new Destination(Network.Tcp, "web", 80) };

        await CreateOutbound(_inbound).HandleAsync(info, pipe, CancellationToken.None);

        await Assert.ThrowsAsync<MuxStreamException>(async () => await visitor.Input.ReadAsync());
        await _loggers.SeenAsync("tcp:web:80 from 'in' was closed: the router sends it to 'dial', which carries only bridges' sessions");
    }

    private RuntimeContext Context => TestContext.Create(_loggers, stateDirectory: _root);

    private TunnelInbound CreateInbound(StreamSecurity security)
    {
        var config = Config(_key) with { Stream = new StreamConfig { Security = security } };
        var dispatcher = new FakeDispatcher(info =>
        {
            lock (_asked)
            {
                _asked.Add(info);
            }

            return _portal;
        });
        return new TunnelInbound(config, (TunnelInboundSettings)config.Settings, dispatcher, Context);
    }

    private static InboundConfig Config(params InterconnectKey[] keys) => new()
    {
        Tag = "interconnect",
        Protocol = "tunnel",
        Listen = new ListenAddress(IPAddress.Loopback),
        Ports = [new PortRange(0)],
        Settings = new TunnelInboundSettings { Clients = [.. keys.Select(static key => new TunnelClient { Key = key })] },
        Stream = new StreamConfig { Security = StreamSecurity.Tls },
    };

    private TunnelOutbound CreateOutbound(TunnelInbound inbound, InterconnectKey? key = null, StreamSecurity security = StreamSecurity.Tls, string? caFile = null)
    {
        var portal = (IPEndPoint)inbound.BoundEndPoints[0];
        var settings = new TunnelOutboundSettings { Servers = [new TunnelServer { Address = "127.0.0.1", Port = portal.Port, Key = key ?? _key }] };
        var stream = new StreamConfig { Security = security, Tls = new TlsConfig { CaFile = caFile } };
        return new TunnelOutbound(new OutboundConfig { Tag = "dial", Protocol = "tunnel", Settings = settings, Stream = stream }, settings, Context);
    }
}
