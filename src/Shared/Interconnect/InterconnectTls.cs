using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>What both sides of the interconnect ask of TLS: version 1.3 alone, no resumption, <c>tunnel/1</c> as application protocol.</summary>
internal static class InterconnectTls
{
    public static SslApplicationProtocol Protocol { get; } = new("tunnel/1");

    /// <summary>AES-128-GCM first: with the CPU's instructions it is the fastest, and 128 bits are enough. Null where the platform chooses.</summary>
    private static readonly CipherSuitesPolicy? CipherSuites = CreateCipherSuites();

    public static SslServerAuthenticationOptions ForPortal(PortalCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Context,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        CipherSuitesPolicy = CipherSuites,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    public static SslClientAuthenticationOptions ForBridge(string targetHost, RemoteCertificateValidationCallback check) => new()
    {
        TargetHost = targetHost,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        CipherSuitesPolicy = CipherSuites,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = check,
    };

    /// <summary>A TLS stream over a socket, and the stage below it that gathers its records.</summary>
    public static (SslStream Tls, CoalescingStream Stage) Over(Socket socket)
    {
        var stage = new CoalescingStream(new NetworkStream(socket, ownsSocket: false));
        return (new SslStream(stage, leaveInnerStreamOpen: false), stage);
    }

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
