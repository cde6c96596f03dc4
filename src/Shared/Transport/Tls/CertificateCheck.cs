using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Transport.Tls;

/// <summary>
/// Checks a server's certificate: it leads to a trusted authority or is the pinned one, it is valid now, and it is for the name.
/// There is no way around it. Remembers what it found, because TLS only reports that the check failed.
/// </summary>
/// <remarks>
/// Trusted are the system's authorities, unless they are disabled, and those that are given. A pin alone stands for an authority,
/// so that a certificate that was made by hand can be named; together with given authorities it is one demand more.
/// </remarks>
internal sealed class CertificateCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What the certificate must be for.</summary>
    public required string Name { get; init; }

    public required bool TrustSystem { get; init; }

    /// <summary>Given authorities; null when there are none.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The SHA-256 of the certificate in 64 lower-case hexadecimal digits; null when it is not pinned.</summary>
    public required string? Pin { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>What was wrong, in words a user can act on; null where nothing was, or nothing was seen yet.</summary>
    public string? Complaint { get; private set; }

    /// <summary>What the platform's own look at the chain may do: nothing that goes to the network.</summary>
    public static X509ChainPolicy PlatformPolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The shape of <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            Complaint = "the server shows no certificate";
            return false;
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        Complaint = CheckPin(copy) ?? CheckTrust(copy, chain?.ChainPolicy.ExtraStore) ?? CheckName(copy);
        return Complaint is null;
    }

    private string? CheckPin(X509Certificate2 certificate)
    {
        var actual = PortalCertificate.FingerprintOf(certificate);
        return Pin is null || string.Equals(Pin, actual, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"the server's certificate is not the pinned one: its SHA-256 is {actual}, the pin says {Pin}; "
                + "if the server has a new certificate, change tlsSettings.pin; if not, somebody is in between";
    }

    private string? CheckTrust(X509Certificate2 certificate, X509Certificate2Collection? sent)
    {
        string? reasons = null;
        if (Pin is not null && Authorities is null)
        {
            return Build(certificate, sent, authorities: null, X509VerificationFlags.AllowUnknownCertificateAuthority, ref reasons)
                ? null
                : $"the server's certificate is the pinned one, but cannot be used ({reasons}); make a new one";
        }

        var trusted = (Authorities is not null && Build(certificate, sent, Authorities, X509VerificationFlags.NoFlag, ref reasons))
            || (TrustSystem && Build(certificate, sent, authorities: null, X509VerificationFlags.NoFlag, ref reasons));
        return trusted
            ? null
            : $"the server's certificate does not lead to a trusted authority ({reasons ?? "none is trusted"}); name the authority that issued it with "
                + "tlsSettings.caFile, or the certificate itself with tlsSettings.pin";
    }

    private bool Build(
        X509Certificate2 certificate, X509Certificate2Collection? sent, X509Certificate2Collection? authorities, X509VerificationFlags flags, ref string? reasons)
    {
        using var chain = new X509Chain { ChainPolicy = PlatformPolicy() };
        chain.ChainPolicy.VerificationFlags = flags;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.VerificationTime = TimeProvider.GetLocalNow().DateTime;
        if (authorities is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent);
        }

        if (chain.Build(certificate))
        {
            return true;
        }

        reasons ??= string.Join(", ", chain.ChainStatus.Select(static item => item.Status.ToString()).Distinct(StringComparer.Ordinal));
        return false;
    }

    private string? CheckName(X509Certificate2 certificate)
    {
        try
        {
            if (certificate.MatchesHostname(Name, allowWildcards: true, allowCommonName: false))
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // Not a name at all (a Unix socket), or a certificate whose names cannot be read.
        }

        return $"the server's certificate is not for the name '{Name}'; set tlsSettings.serverName to a name that is in it";
    }
}
