using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tunnel.Shared.Interconnect;

/// <summary>
/// Checks the certificate a portal presents against a pin and CAs, where they are given, before anything that is derived from
/// the key is sent. Remembers what it found, because TLS only reports that the check failed.
/// </summary>
/// <remarks>Without pin and CA any certificate passes here: the handshake's proofs cover it (<see cref="ChannelBinding"/>).</remarks>
internal sealed class PortalCertificateCheck(InterconnectDialOptions options)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What was wrong; null where nothing was.</summary>
    public InterconnectException? Failure { get; private set; }

    /// <summary>The channel binding of the certificate that was seen; null before one was.</summary>
    public byte[]? Binding { get; private set; }

    public string Name => options.ServerName ?? options.Host.Trim('[', ']');

    /// <summary>The shape of <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            Failure = new InterconnectException(InterconnectError.TlsFailed, $"The peer at {options} presented no certificate.");
            return false;
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        Binding = ChannelBinding.OfServer(copy);
        Failure = CheckPin(copy) ?? CheckAuthorities(copy, chain?.ChainPolicy.ExtraStore);
        return Failure is null;
    }

    private InterconnectException? CheckPin(X509Certificate2 certificate)
    {
        if (options.Pin is null)
        {
            return null;
        }

        var expected = options.Pin.Replace(":", string.Empty, StringComparison.Ordinal).Trim().ToLowerInvariant();
        var actual = PortalCertificate.FingerprintOf(certificate);
        return string.Equals(expected, actual, StringComparison.Ordinal)
            ? null
            : new InterconnectException(
                InterconnectError.PinMismatch,
                $"The certificate of {options} is not the pinned one: its SHA-256 is {actual}, the pin says {expected}. "
                + "If the portal has a new certificate, change the pin; if not, somebody is in between.",
                permanent: true);
    }

    private InterconnectException? CheckAuthorities(X509Certificate2 certificate, X509Certificate2Collection? sent)
    {
        if (options.CertificateAuthorities is null)
        {
            return null;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(options.CertificateAuthorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.VerificationTime = options.TimeProvider.GetLocalNow().DateTime;
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent);
        }

        if (!chain.Build(certificate))
        {
            var reasons = string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()).Distinct(StringComparer.Ordinal));
            return new InterconnectException(
                InterconnectError.CaNotTrusted,
                $"The certificate of {options} does not lead to a given CA ({reasons}). Give the CA that issued it, or leave the CA out: the key protects the connection without one.",
                permanent: true);
        }

        return MatchesName(certificate)
            ? null
            : new InterconnectException(
                InterconnectError.NameMismatch,
                $"The certificate of {options} is not for the name '{Name}'. Set the serverName to a name in it.",
                permanent: true);
    }

    private bool MatchesName(X509Certificate2 certificate)
    {
        try
        {
            return certificate.MatchesHostname(Name, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // Not a name at all (a unix socket), or a certificate whose names cannot be read.
            return false;
        }
    }
}
