using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Tunnel.Shared.Interconnect;

/// <summary>What both sides of the interconnect ask of TLS: version 1.3 alone, no resumption, <c>tunnel/1</c> as application protocol (or <c>http/1.1</c>, where a WebSocket is inside).</summary>
internal static class InterconnectTls
{
    public static SslApplicationProtocol Protocol { get; } = new("tunnel/1");

    /// <summary>AES-128-GCM first: with the CPU's instructions it is the fastest, and 128 bits are enough. Null where the platform chooses.</summary>
    private static readonly CipherSuitesPolicy? CipherSuites = CreateCipherSuites();

    /// <summary>What is asked for: a WebSocket begins with HTTP/1.1, and a middlebox that looks should see nothing else.</summary>
    public static SslApplicationProtocol ProtocolOf(bool webSocket) => webSocket ? SslApplicationProtocol.Http11 : Protocol;

    public static SslServerAuthenticationOptions ForPortal(PortalCertificate certificate, bool webSocket = false) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [ProtocolOf(webSocket)],
        CipherSuitesPolicy = CipherSuites,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    public static SslClientAuthenticationOptions ForBridge(string targetHost, RemoteCertificateValidationCallback check, bool webSocket = false) => new()
    {
        TargetHost = targetHost,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [ProtocolOf(webSocket)],
        CipherSuitesPolicy = CipherSuites,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateChainPolicy = NoPlatformTrust(),
        RemoteCertificateValidationCallback = check,
    };

    /// <summary>
    /// The callback alone judges: the platform's own look at the chain must not fetch what the certificate of whoever answers
    /// names, and need not load the platform's authorities.
    /// </summary>
    private static X509ChainPolicy NoPlatformTrust() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private static CipherSuitesPolicy? CreateCipherSuites()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return new CipherSuitesPolicy(
            [
                TlsCipherSuite.TLS_AES_128_GCM_SHA256,
                TlsCipherSuite.TLS_AES_256_GCM_SHA384,
                TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
            ]);
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }
}
