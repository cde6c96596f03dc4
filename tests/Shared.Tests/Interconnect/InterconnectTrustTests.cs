using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Tests.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class InterconnectTrustTests
{
    private readonly InterconnectKey _key = InterconnectKey.Generate();

    [Fact]
    public async Task The_right_pin_passes_in_any_spelling()
    {
        await using var portal = new TestPortal(_key);
        var pin = TestPortal.Certificate.Fingerprint;
        Assert.Matches("^[0-9a-f]{64}$", pin);
        await (await DialAsync(portal.DialOptions(_key) with { Pin = pin })).DisposeAsync();
        var colons = string.Join(':', Enumerable.Range(0, 32).Select(i => pin.Substring(i * 2, 2).ToUpperInvariant()));
        await (await DialAsync(portal.DialOptions(_key) with { Pin = colons })).DisposeAsync();
    }

    [Fact]
    public async Task A_wrong_pin_names_both_fingerprints_and_sends_nothing()
    {
        await using var portal = new TestPortal(_key);
        var pin = new string('0', 64);
        var failure = await FailAsync(portal.DialOptions(_key) with { Pin = pin });
        Assert.Equal(InterconnectError.PinMismatch, failure.Code);
        Assert.Contains(pin, failure.Message, StringComparison.Ordinal);
        Assert.Contains(TestPortal.Certificate.Fingerprint, failure.Message, StringComparison.Ordinal);
        Assert.Null((await portal.OutcomeAsync<AcceptOutcome.Refused>()).KeyId);
    }

    [Fact]
    public async Task A_certificate_of_the_given_authority_passes()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("127.0.0.1", "portal.example");
        await using var portal = new TestPortal(_key, o => o with { Certificate = certificate });
        var options = portal.DialOptions(_key) with { CertificateAuthorities = [authority.Certificate] };
        await (await DialAsync(options)).DisposeAsync();
        await (await DialAsync(options with { ServerName = "portal.example" })).DisposeAsync();
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_trusted()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var certificate = other.Issue("127.0.0.1");
        await using var portal = new TestPortal(_key, o => o with { Certificate = certificate });
        var failure = await FailAsync(portal.DialOptions(_key) with { CertificateAuthorities = [authority.Certificate] });
        Assert.Equal(InterconnectError.CaNotTrusted, failure.Code);
        Assert.True(failure.Permanent);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_not_trusted_under_an_authority()
    {
        using var authority = new TestAuthority();
        await using var portal = new TestPortal(_key);
        var failure = await FailAsync(portal.DialOptions(_key) with { CertificateAuthorities = [authority.Certificate] });
        Assert.Equal(InterconnectError.CaNotTrusted, failure.Code);
    }

    [Fact]
    public async Task An_empty_set_of_authorities_trusts_nobody()
    {
        await using var portal = new TestPortal(_key);
        var failure = await FailAsync(portal.DialOptions(_key) with { CertificateAuthorities = [] });
        Assert.Equal(InterconnectError.CaNotTrusted, failure.Code);
    }

    [Fact]
    public async Task A_certificate_for_another_name_does_not_pass()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("portal.example");
        await using var portal = new TestPortal(_key, o => o with { Certificate = certificate });
        var failure = await FailAsync(portal.DialOptions(_key) with { CertificateAuthorities = [authority.Certificate] });
        Assert.Equal(InterconnectError.NameMismatch, failure.Code);
        Assert.Contains("127.0.0.1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_channel_binding_follows_the_certificates_own_hash()
    {
        using var sha256 = TestAuthority.SelfSigned(HashAlgorithmName.SHA256);
        using var sha384 = TestAuthority.SelfSigned(HashAlgorithmName.SHA384);
        using var sha512 = TestAuthority.SelfSigned(HashAlgorithmName.SHA512);
        Assert.Equal([.. "tls-server-end-point:"u8, .. SHA256.HashData(sha256.RawData)], ChannelBinding.OfServer(sha256));
        Assert.Equal([.. "tls-server-end-point:"u8, .. SHA384.HashData(sha384.RawData)], ChannelBinding.OfServer(sha384));
        Assert.Equal([.. "tls-server-end-point:"u8, .. SHA512.HashData(sha512.RawData)], ChannelBinding.OfServer(sha512));
    }

    private static Task<InterconnectConnection> DialAsync(InterconnectDialOptions options) =>
        InterconnectDialer.DialAsync(options, TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound);

    private static Task<InterconnectException> FailAsync(InterconnectDialOptions options) =>
        Assert.ThrowsAsync<InterconnectException>(() => DialAsync(options));
}
