using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tunnel.Shared.Interconnect;

/// <summary>A certificate with its private key and whatever lies between it and its CA.</summary>
public sealed class PortalCertificate : IDisposable
{
    internal PortalCertificate(X509Certificate2 leaf, X509Certificate2Collection intermediates)
    {
        Leaf = leaf;

        // Offline: a portal must not ask the network for the certificates of its own CA.
        Context = SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
    }

    public X509Certificate2 Leaf { get; }

    /// <summary>What a TLS server is given.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The SHA-256 of the certificate's DER form, 64 lower-case hexadecimal digits: what a bridge may pin.</summary>
    public string Fingerprint => FingerprintOf(Leaf);

    /// <summary>The SHA-256 of a certificate's DER form, 64 lower-case hexadecimal digits.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));

    public void Dispose() => Leaf.Dispose();
}
