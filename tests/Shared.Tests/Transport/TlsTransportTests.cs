using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Tests.Interconnect;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Transport;

public sealed class TlsTransportTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(TransportNetwork.Tcp)]
    [InlineData(TransportNetwork.WebSocket)]
    public async Task A_certificate_of_a_given_authority_is_trusted(TransportNetwork network)
    {
        using var server = new StreamServer(Server("127.0.0.1", "portal.example") with { Network = network });
        var config = Client() with { Network = network };
        foreach (var tls in new[] { config.Tls, config.Tls with { ServerName = "portal.example" }, config.Tls with { DisableSystemRoot = true } })
        {
            var accepting = server.AcceptAsync();
            await using var client = await server.DialAsync(config with { Tls = tls });
            await using var accepted = await accepting;

            await client.Output.WriteAsync("request"u8.ToArray());
            Assert.Equal("request"u8.ToArray(), await Wait.ReadExactAsync(accepted.Input, 7));
            client.Output.Complete();
            Assert.Empty(await Wait.ReadAllAsync(accepted.Input));
            await accepted.Output.WriteAsync("answer"u8.ToArray());
            accepted.Output.Complete();
            Assert.Equal("answer"u8.ToArray(), await Wait.ReadAllAsync(client.Input));
            client.Input.Complete();
            accepted.Input.Complete();
        }
    }

    [Fact]
    public async Task An_authority_in_a_file_is_trusted_too()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, _authority.Pem);
        try
        {
            await SucceedAsync(Server("127.0.0.1"), new TlsConfig { CaFile = path });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        Assert.Contains("trusted authority", await FailAsync(Server("127.0.0.1"), new TlsConfig()), StringComparison.Ordinal);
        using var other = new TestAuthority();
        Assert.Contains("trusted authority", await FailAsync(Server("127.0.0.1"), Trust(other)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_whatever_else_is_right()
    {
        var server = Server("portal.example");
        Assert.Contains("'127.0.0.1'", await FailAsync(server, Trust(_authority)), StringComparison.Ordinal);
        Assert.Contains("'other.example'", await FailAsync(server, Trust(_authority) with { ServerName = "other.example" }), StringComparison.Ordinal);
        Assert.Contains("'127.0.0.1'", await FailAsync(server, new TlsConfig { Pin = PinOf(server) }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_stands_for_an_authority_and_is_a_demand_of_its_own_beside_one()
    {
        var server = Server("127.0.0.1");
        var wrong = new string('0', 64);

        await SucceedAsync(server, new TlsConfig { Pin = PinOf(server), DisableSystemRoot = true });
        await SucceedAsync(server, Trust(_authority) with { Pin = PinOf(server) });
        Assert.Contains(PinOf(server), await FailAsync(server, new TlsConfig { Pin = wrong }), StringComparison.Ordinal);
        Assert.Contains(wrong, await FailAsync(server, Trust(_authority) with { Pin = wrong }), StringComparison.Ordinal);
        using var other = new TestAuthority();
        Assert.Contains("trusted authority", await FailAsync(server, Trust(other) with { Pin = PinOf(server) }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused_even_when_it_is_pinned()
    {
        var server = Server(_authority.IssuePem(DateTimeOffset.UtcNow.AddHours(-1), "127.0.0.1"));

        Assert.Contains("NotTimeValid", await FailAsync(server, Trust(_authority)), StringComparison.Ordinal);
        Assert.Contains("NotTimeValid", await FailAsync(server, new TlsConfig { Pin = PinOf(server) }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_cannot_be_read_is_named()
    {
        var missing = new TlsConfig { CaFile = "/does/not/exist.pem" };
        var empty = new TlsConfig { Authorities = [new AuthorityConfig { CertificateLines = ["nothing"] }] };
        using var server = new StreamServer(Server("127.0.0.1"));

        foreach (var (tls, expected) in new[] { (missing, "/does/not/exist.pem"), (empty, "holds no certificate") })
        {
            var failure = await Assert.ThrowsAsync<DialException>(() => server.DialAsync(Client() with { Tls = tls }));
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_certificate_follows_the_name_that_is_asked_for()
    {
        var (one, two) = (_authority.IssuePem(DateTimeOffset.UtcNow.AddDays(1), "one.example"), _authority.IssuePem(DateTimeOffset.UtcNow.AddDays(1), "*.two.example"));
        var config = Server(one);
        config = config with { Tls = config.Tls with { Certificates = [.. config.Tls.Certificates, .. Server(two).Tls.Certificates] } };

        await SucceedAsync(config, Trust(_authority) with { ServerName = "one.example" });
        await SucceedAsync(config, Trust(_authority) with { ServerName = "a.two.example" });
        Assert.Contains("'three.example'", await FailAsync(config, Trust(_authority) with { ServerName = "three.example" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TransportNetwork.Tcp, "h2")]
    [InlineData(TransportNetwork.WebSocket, "http/1.1")]
    public async Task The_application_protocol_is_HTTPs_and_for_a_WebSocket_the_one_that_has_upgrades(TransportNetwork network, string expected)
    {
        using var server = new StreamServer(Server("127.0.0.1") with { Network = network });
        var accepting = server.OutcomeAsync();
        await using var peer = await server.ConnectAsync();
        await using (var tls = new SslStream(peer))
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = TestPortal.TakeAnyCertificate,
            });
            Assert.Equal(expected, tls.NegotiatedApplicationProtocol.ToString());
        }

        if (await accepting is StreamAccept.Accepted accepted)
        {
            accepted.Connection.Abort();
            accepted.Connection.Input.Complete();
            accepted.Connection.Output.Complete();
            await accepted.Connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Garbage_in_the_place_of_TLS_is_refused_on_either_side()
    {
        using var server = new StreamServer(Server("127.0.0.1"));
        var refusing = server.RefuseAsync();
        await using (var peer = await server.ConnectAsync())
        {
            await peer.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.Equal(StreamRefusal.TlsFailed, (await refusing).Reason);
        }

        using var plain = new StreamServer(new StreamConfig { Network = TransportNetwork.WebSocket });
        var refusal = plain.RefuseAsync();
        var failure = await Assert.ThrowsAsync<DialException>(() => plain.DialAsync(Client()));
        Assert.Equal(DialFailure.TlsFailed, failure.Failure);
        Assert.Equal(StreamRefusal.UpgradeRefused, (await refusal).Reason);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        var clock = new ManualTimeProvider();
        using var server = new StreamServer(new StreamServerOptions(Server("127.0.0.1")) { TimeProvider = clock });
        var refusing = server.RefuseAsync();
        await using var peer = await server.ConnectAsync();
        await Wait.UntilAsync(() => clock.ActiveTimers == 1, "TLS is waited for");

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(StreamRefusal.TimedOut, (await refusing).Reason);
    }

    [Fact]
    public async Task The_platform_itself_refuses_what_is_older_than_1_2()
    {
        using var server = new StreamServer(Server("127.0.0.1"));
        var refusing = server.OutcomeAsync();
        await using var peer = await server.ConnectAsync();
        await using var tls = new SslStream(peer);

#pragma warning disable SYSLIB0039, CA5397, CA5398 // What is tested is that nobody can.
        var options = new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", EnabledSslProtocols = SslProtocols.Tls11 };
#pragma warning restore SYSLIB0039, CA5397, CA5398
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(options));
        await peer.DisposeAsync();
        Assert.IsType<StreamAccept.Refused>(await refusing);
    }

    [Fact]
    public void A_listener_without_a_usable_certificate_says_so()
    {
        var none = new StreamConfig { Security = StreamSecurity.Tls };
        var broken = none with { Tls = new TlsConfig { Certificates = [new CertificateConfig { CertificateLines = ["a"], KeyLines = ["b"] }] } };

        Assert.Contains("tlsSettings.certificates", Assert.Throws<CertificateException>(() => new StreamServerOptions(none)).Message, StringComparison.Ordinal);
        Assert.Throws<CertificateException>(() => new StreamServerOptions(broken));
    }

    private static TlsConfig Trust(TestAuthority authority) => new()
    {
        Authorities = [new AuthorityConfig { CertificateLines = [.. authority.Pem.Split('\n')] }],
    };

    private static StreamConfig Server((string Certificate, string Key) pem) => new()
    {
        Security = StreamSecurity.Tls,
        Tls = new TlsConfig
        {
            Certificates = [new CertificateConfig { CertificateLines = [.. pem.Certificate.Split('\n')], KeyLines = [.. pem.Key.Split('\n')] }],
        },
    };

    private static string PinOf(StreamConfig server)
    {
        using var certificate = X509Certificate2.CreateFromPem(string.Join('\n', server.Tls.Certificates[0].CertificateLines));
        return Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
    }

    private static async Task SucceedAsync(StreamConfig serverConfig, TlsConfig tls)
    {
        using var server = new StreamServer(serverConfig);
        var accepting = server.AcceptAsync();
        await using var client = await server.DialAsync(new StreamConfig { Security = StreamSecurity.Tls, Tls = tls });
        await using var accepted = await accepting;
        foreach (var connection in new[] { client, accepted })
        {
            connection.Input.Complete();
            connection.Output.Complete();
        }
    }

    private static async Task<string> FailAsync(StreamConfig serverConfig, TlsConfig tls)
    {
        using var server = new StreamServer(serverConfig);
        var accepting = server.OutcomeAsync();
        var failure = await Assert.ThrowsAsync<DialException>(() => server.DialAsync(new StreamConfig { Security = StreamSecurity.Tls, Tls = tls }));
        Assert.Equal(DialFailure.CertificateRefused, failure.Failure);

        // In TLS 1.3 a server is done before its client has judged it.
        if (await accepting is StreamAccept.Accepted accepted)
        {
            accepted.Connection.Input.Complete();
            accepted.Connection.Output.Complete();
            await accepted.Connection.DisposeAsync();
        }

        return failure.Message;
    }

    private StreamConfig Server(params string[] names) => Server(_authority.IssuePem(DateTimeOffset.UtcNow.AddDays(1), names));

    private StreamConfig Client() => new() { Security = StreamSecurity.Tls, Tls = Trust(_authority) };
}
