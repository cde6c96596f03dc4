using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Testing;

namespace Tunnel.Interop;

/// <summary>An authority and a certificate of it, as PEM files.</summary>
public sealed record Certificates(string Authority, string Certificate, string Key)
{
    /// <summary>The name in the certificate.</summary>
    public const string Name = "portal.example";

    /// <summary>Makes them anew.</summary>
    public static Certificates Create(TempDirectory files)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        var to = DateTimeOffset.UtcNow.AddDays(30);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test Authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        return new Certificates(
            files.Write("ca.pem", authority.ExportCertificatePem()),
            files.Write("portal.pem", certificate.ExportCertificatePem()),
            files.Write("portal.key", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>A portal's <c>streamSettings</c> for a transport of <see cref="Cell"/>; null for tcp.</summary>
    public string? PortalStream(string transport) => Stream(
        transport, $$"""{ "certificates": [ { "certificateFile": "{{Certificate}}", "keyFile": "{{Key}}" } ] }""");

    /// <summary>A bridge's <c>streamSettings</c> for a transport of <see cref="Cell"/>; null for tcp.</summary>
    public string? BridgeStream(string transport) => Stream(
        transport, $$"""{ "serverName": "{{Name}}", "disableSystemRoot": true, "certificates": [ { "usage": "verify", "certificateFile": "{{Authority}}" } ] }""");

    private static string? Stream(string transport, string tls) => transport switch
    {
        "ws" => """{ "network": "ws", "wsSettings": { "path": "/interconn" } }""",
        "tls" => $$"""{ "security": "tls", "tlsSettings": {{tls}} }""",
        "ws+tls" => $$"""{ "network": "ws", "wsSettings": { "path": "/interconn" }, "security": "tls", "tlsSettings": {{tls}} }""",
        _ => null,
    };
}
