using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Transport.Tls;

/// <summary>TLS as V2Ray does it, for protocols other than <c>tunnel</c>: 1.2 or later, the certificate verified by its authority and its name.</summary>
internal static class GeneralTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly List<SslApplicationProtocol> Default = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    public static SslClientAuthenticationOptions ForClient(CertificateCheck check, StreamConfig config) => new()
    {
        TargetHost = check.Name,
        EnabledSslProtocols = Versions,
        ApplicationProtocols = Protocols(config),
        AllowTlsResume = false,
        AllowRenegotiation = false,
        CertificateChainPolicy = CertificateCheck.PlatformPolicy(),
        RemoteCertificateValidationCallback = check.Validate,
    };

    public static SslServerAuthenticationOptions ForServer(PortalCertificate certificate, StreamConfig config, bool resumes) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = Versions,
        ApplicationProtocols = Protocols(config),
        AllowTlsResume = resumes,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    /// <summary>The certificate to show to a client that asks for a name: the first that is for it, or else the first.</summary>
    public static int Choose(ImmutableArray<PortalCertificate> certificates, string name)
    {
        for (var index = 0; name.Length > 0 && index < certificates.Length; index++)
        {
            if (Matches(certificates[index], name))
            {
                return index;
            }
        }

        return 0;
    }

    private static bool Matches(PortalCertificate certificate, string name)
    {
        try
        {
            return certificate.Leaf.MatchesHostname(name);
        }
        catch (Exception exception) when (exception is ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            // What a client asks for need not be a name.
            return false;
        }
    }

    /// <summary>A WebSocket begins with HTTP/1.1, and a server that agreed on another protocol would not understand it.</summary>
    private static List<SslApplicationProtocol> Protocols(StreamConfig config) => config switch
    {
        { Network: TransportNetwork.WebSocket } => [SslApplicationProtocol.Http11],
        { Tls.Alpn.IsEmpty: true } => Default,
        _ => [.. config.Tls.Alpn.Select(static name => new SslApplicationProtocol(name))],
    };
}
