using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Testing;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A certificate of its own authority, for a name and this machine.</summary>
internal static class SelfSigned
{
    /// <summary>A web inbound's <c>streamSettings</c> with a new one.</summary>
    public static string StreamSettings(TempDirectory files, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var file = files.Write("web.pem", certificate.ExportCertificatePem());
        var keyFile = files.Write("web.key", key.ExportPkcs8PrivateKeyPem());
        return $$"""{ "security": "tls", "tlsSettings": { "certificates": [ { "certificateFile": "{{file}}", "keyFile": "{{keyFile}}" } ] } }""";
    }
}
