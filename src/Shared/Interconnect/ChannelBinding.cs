using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tunnel.Shared.Interconnect;

/// <summary>What a proof says about the channel it travels on: each side computes it from what it sees itself.</summary>
/// <remarks>
/// <c>tls-server-end-point</c> of RFC 5929, section 4: the server's certificate hashed with the hash of its own signature
/// algorithm, SHA-256 in place of MD5 and SHA-1; with the prefix of RFC 5056, section 2.1. Where the algorithm names no hash
/// by its identifier alone (RSASSA-PSS, Ed25519), which the RFC leaves open, it is SHA-256.
/// </remarks>
internal static class ChannelBinding
{
    private const string Sha384Rsa = "1.2.840.113549.1.1.12";
    private const string Sha512Rsa = "1.2.840.113549.1.1.13";
    private const string Sha384Ecdsa = "1.2.840.10045.4.3.3";
    private const string Sha512Ecdsa = "1.2.840.10045.4.3.4";

    /// <summary>The binding of a connection without TLS: there is nothing to bind to.</summary>
    public static byte[] Plaintext { get; } = "plaintext"u8.ToArray();

    public static byte[] OfServer(X509Certificate2 certificate)
    {
        var der = certificate.RawDataMemory.Span;
        var hash = certificate.SignatureAlgorithm.Value switch
        {
            Sha384Rsa or Sha384Ecdsa => SHA384.HashData(der),
            Sha512Rsa or Sha512Ecdsa => SHA512.HashData(der),
            _ => SHA256.HashData(der),
        };
        return [.. "tls-server-end-point:"u8, .. hash];
    }
}
