using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class InterconnectTests
{
    private readonly InterconnectKey _key = InterconnectKey.Generate();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_sides_agree_and_the_next_byte_belongs_to_the_mux(bool plaintext)
    {
        var settings = new InterconnectSettings { ResumeWithin = TimeSpan.FromSeconds(7) };
        await using var portal = new TestPortal(_key, o => o with { Certificate = plaintext ? null : o.Certificate, Settings = settings, Links = new PortalLinks(settings, NullLogger.Instance) });
        await using var bridge = await DialAsync(portal.DialOptions(_key) with { Plaintext = plaintext });
        await bridge.Connection.Output.WriteAsync("mux preface"u8.ToArray());
        await using var accepted = (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;

        Assert.Equal("mux preface"u8.ToArray(), await Wait.ReadExactAsync(accepted.Connection.Input, 11));
        await accepted.Connection.Output.WriteAsync("back"u8.ToArray());
        Assert.Equal("back"u8.ToArray(), await Wait.ReadExactAsync(bridge.Connection.Input, 4));

        var (near, far) = (bridge.Handshake, accepted.Handshake);
        Assert.Equal(16, near.SessionId.Length);
        Assert.Equal(32, near.ResumeSecret.Length);
        Assert.True(near.SessionId.Span.SequenceEqual(far.SessionId.Span));
        Assert.True(near.ResumeSecret.Span.SequenceEqual(far.ResumeSecret.Span));
        Assert.True(near.BridgeInstance.Span.SequenceEqual(far.BridgeInstance.Span));
        Assert.Equal((_key.Id, TestPortal.Domain), (near.KeyId, near.VirtualDomain));
        Assert.Equal((_key.Id, TestPortal.Domain), (far.KeyId, far.VirtualDomain));
        Assert.Equal((settings.ResumeWithin, settings.ResumeWithin), (near.ResumeWithin, far.ResumeWithin));
        Assert.NotEmpty(far.PeerSoftware);
        Assert.DoesNotContain(Convert.ToHexStringLower(near.ResumeSecret.Span), near.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_close_and_a_large_transfer_work_over_tls()
    {
        var pool = new TrackingPool();
        await using var portal = new TestPortal(_key, o => o with { Pool = pool });
        await using (var bridge = await DialAsync(portal.DialOptions(_key) with { Pool = pool }))
        {
            await using var accepted = (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
            var data = new byte[1_000_000];
            Random.Shared.NextBytes(data);
            var sending = SendAsync(bridge.Connection, data);
            Assert.Equal(data, await Wait.ReadAllAsync(accepted.Connection.Input));
            await sending;
            await accepted.Connection.Output.WriteAsync("answer behind the half-close"u8.ToArray());
            accepted.Connection.Output.Complete();
            Assert.Equal("answer behind the half-close"u8.ToArray(), await Wait.ReadAllAsync(bridge.Connection.Input));
            bridge.Connection.Input.Complete();
            accepted.Connection.Input.Complete();
        }

        Assert.Equal(0, pool.Rented);

        static async Task SendAsync(IConnection connection, byte[] data)
        {
            for (var offset = 0; offset < data.Length; offset += 100_000)
            {
                System.Buffers.BuffersExtensions.Write(connection.Output, data.AsSpan(offset, 100_000));
                await connection.Output.FlushAsync();
            }

            connection.Output.Complete();
        }
    }

    [Fact]
    public async Task Tls_is_1_3_with_aes_128()
    {
        await using var portal = new TestPortal(_key);
        using var socket = await portal.ConnectAsync();
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(InterconnectTls.ForBridge("127.0.0.1", TestPortal.TakeAnyCertificate));
        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(TlsCipherSuite.TLS_AES_128_GCM_SHA256, tls.NegotiatedCipherSuite);
        }
    }

    [Fact]
    public async Task A_key_the_portal_does_not_have_is_unknown()
    {
        await using var portal = new TestPortal(_key);
        var other = InterconnectKey.Generate();
        var failure = await FailAsync(portal.DialOptions(other));
        Assert.Equal(InterconnectError.UnknownKey, failure.Code);
        Assert.True(failure.Permanent);
        Assert.Contains(other.Id, failure.Message, StringComparison.Ordinal);
        Assert.Equal(other.Id, (await portal.RefusedAsync(RefusalReason.UnknownKey)).KeyId);
    }

    [Fact]
    public async Task A_domain_the_key_may_not_claim_is_not_allowed()
    {
        await using var portal = new TestPortal(_key, o => o with { Credentials = new CredentialTable([new InterconnectCredential(_key, ["other.example"])]) });
        Assert.Equal(InterconnectError.DomainNotAllowed, (await FailAsync(portal.DialOptions(_key))).Code);
        await portal.RefusedAsync(RefusalReason.DomainNotAllowed);
    }

    [Fact]
    public async Task A_domain_the_portal_does_not_serve_is_unknown()
    {
        await using var portal = new TestPortal(_key);
        var failure = await Assert.ThrowsAsync<InterconnectException>(
            () => InterconnectDialer.DialAsync(portal.DialOptions(_key), "elsewhere.example", CancellationToken.None));
        Assert.Equal(InterconnectError.UnknownDomain, failure.Code);
        Assert.Contains("elsewhere.example", failure.Message, StringComparison.Ordinal);
        Assert.Equal("elsewhere.example", (await portal.RefusedAsync(RefusalReason.UnknownDomain)).VirtualDomain);
    }

    [Fact]
    public async Task Nobody_learns_about_domains_without_the_key()
    {
        await using var portal = new TestPortal(_key);
        var failure = await Assert.ThrowsAsync<InterconnectException>(
            () => InterconnectDialer.DialAsync(portal.DialOptions(InterconnectKey.Generate()), "elsewhere.example", CancellationToken.None));
        Assert.Equal(InterconnectError.UnknownKey, failure.Code);
    }

    [Fact]
    public async Task A_man_in_the_middle_with_his_own_certificate_is_found_out()
    {
        await using var portal = new TestPortal(_key);
        await using var middle = new TestMiddle(portal.Port);
        var failure = await FailAsync(portal.DialOptions(_key) with { Port = middle.Port });
        Assert.Equal(InterconnectError.BadProof, failure.Code);
        Assert.Contains("man in the middle", failure.Message, StringComparison.Ordinal);
        await portal.RefusedAsync(RefusalReason.BadProof);
    }

    [Fact]
    public async Task An_impostor_without_the_key_cannot_prove_itself()
    {
        await using var impostor = new ScriptedPortal(
            new HandshakeMessage { Challenge = new Challenge { Version = 1, Nonce = ByteString.CopyFrom(new byte[32]) } },
            new HandshakeMessage
            {
                Welcome = new Welcome
                {
                    Content = ByteString.CopyFrom(new byte[3]),
                    Proof = ByteString.CopyFrom(new byte[32]),
                },
            });
        var failure = await FailAsync(Options(impostor.Port));
        Assert.Equal(InterconnectError.PortalProofWrong, failure.Code);
        Assert.Contains("pretends", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, InterconnectError.Busy)]
    [InlineData(2, InterconnectError.VersionNotSupported)]
    [InlineData(1, InterconnectError.RejectedAsMalformed)]
    [InlineData(8, InterconnectError.RejectedAsTooSlow)]
    [InlineData(99, InterconnectError.RejectedOtherwise)]
    public async Task Each_refusal_has_its_own_error(int code, InterconnectError expected)
    {
        var reject = new Reject { Code = (RejectCode)code, Text = "red \u001b[31m alert", RetryAfterSeconds = 7 };
        await using var portal = new ScriptedPortal(new HandshakeMessage { Reject = reject });
        var failure = await FailAsync(Options(portal.Port));
        Assert.Equal(expected, failure.Code);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
        Assert.DoesNotContain("\u001b", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_portal_that_hangs_up_is_a_lost_connection()
    {
        await using var portal = new ScriptedPortal();
        Assert.Equal(InterconnectError.ConnectionLost, (await FailAsync(Options(portal.Port))).Code);
    }

    [Fact]
    public async Task Plaintext_against_tls_and_tls_against_plaintext_say_so()
    {
        await using var tls = new TestPortal(_key);
        var failure = await FailAsync(tls.DialOptions(_key) with { Plaintext = true });
        Assert.Contains(failure.Code, new[] { InterconnectError.ProtocolError, InterconnectError.ConnectionLost });
        await tls.RefusedAsync(RefusalReason.TlsFailed);

        await using var plain = new TestPortal(_key, o => o with { Certificate = null });
        Assert.Equal(InterconnectError.TlsFailed, (await FailAsync(plain.DialOptions(_key))).Code);
        await plain.RefusedAsync(RefusalReason.Malformed);
    }

    [Fact]
    public async Task A_closed_port_wraps_the_dial_failure()
    {
        int port;
        await using (var portal = new TestPortal(_key))
        {
            port = portal.Port;
        }

        var failure = await FailAsync(Options(port));
        Assert.Equal(InterconnectError.ConnectFailed, failure.Code);
        Assert.Equal(DialFailure.Refused, Assert.IsType<DialException>(failure.InnerException).Failure);
        Assert.False(failure.Permanent);
    }

    [Fact]
    public async Task A_unix_socket_works_with_and_without_tls()
    {
        var path = Path.Combine(Path.GetTempPath(), $"tunnel-{Guid.NewGuid():N}.sock");
        foreach (var certificate in new[] { null, TestPortal.Certificate })
        {
            var acceptor = new InterconnectAcceptor(new InterconnectAcceptOptions
            {
                Certificate = certificate,
                Credentials = new CredentialTable([new InterconnectCredential(_key, [])]),
                IsDomainServed = _ => true,
            });
            var accepting = new TaskCompletionSource<Task<AcceptOutcome>>();
            await using var listener = SocketListener.Start(
                new UnixDomainSocketEndPoint(path),
                new StreamConfig(),
                socket => accepting.SetResult(acceptor.AcceptAsync(socket, CancellationToken.None)),
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            var options = new InterconnectDialOptions { Host = "unix:" + path, Port = 0, Key = _key, Plaintext = certificate is null };
            await using var bridge = await DialAsync(options);
            var accepted = Assert.IsType<AcceptOutcome.Accepted>(await await accepting.Task.WaitAsync(Wait.Bound));
            await accepted.Connection.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::ffff:192.0.2.1", false)]
    [InlineData("0.0.0.0", false)]
    public void Plaintext_stays_on_this_host(string address, bool expected) =>
        Assert.Equal(expected, SocketAddresses.IsThisHost(new IPEndPoint(IPAddress.Parse(address), 1)));

    [Fact]
    public async Task A_silent_portal_times_out_at_the_bridge()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        foreach (var plaintext in new[] { true, false })
        {
            var options = Options(port) with { Plaintext = plaintext, HandshakeTimeout = TimeSpan.FromMilliseconds(50) };
            Assert.Equal(InterconnectError.TimedOut, (await FailAsync(options)).Code);
        }
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_an_interconnect_error()
    {
        await using var portal = new TestPortal(_key);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => InterconnectDialer.DialAsync(portal.DialOptions(_key), TestPortal.Domain, new CancellationToken(canceled: true)));
    }

    private static Task<InterconnectConnection> DialAsync(InterconnectDialOptions options) =>
        InterconnectDialer.DialAsync(options, TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound);

    private static Task<InterconnectException> FailAsync(InterconnectDialOptions options) =>
        Assert.ThrowsAsync<InterconnectException>(() => DialAsync(options));

    private InterconnectDialOptions Options(int port) => new() { Host = "127.0.0.1", Port = port, Key = _key, Plaintext = true };
}
