using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tunnel.Shared.Interconnect;

/// <summary>Makes the certificate of a portal that was not given one.</summary>
internal static class SelfSignedCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int Years = 20;

    /// <summary>A certificate and its key in PEM: ECDSA on P-256, <c>CN=tunnel</c>, valid for 20 years from the day before <paramref name="now"/>.</summary>
    /// <remarks>Trust comes from the handshake's proofs or from a pin, so the name says nothing and the time hardly matters.</remarks>
    public static string CreatePem(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tunnel", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));

        // A bridge's clock may be behind.
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
