using System.Buffers;
using System.Collections.Immutable;
using System.Net.Security;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport.Tls;

namespace Tunnel.Shared.Transport;

/// <summary>How <see cref="StreamTransport"/> accepts: a configuration with its certificates read. One for each inbound; safe for concurrent use.</summary>
public sealed class StreamServerOptions : IDisposable
{
    private readonly ImmutableArray<PortalCertificate> _certificates;
    private readonly ImmutableArray<SslServerAuthenticationOptions> _tls;

    /// <summary>Reads the certificates.</summary>
    /// <exception cref="CertificateException">One cannot be used, or there is none where TLS needs one; the message names it and what to do.</exception>
    /// <param name="config">Network, path, security.</param>
    /// <param name="resumes">Whether clients that come again may shorten TLS. Good for browsers, which come often and say who they are in each request.</param>
    public StreamServerOptions(StreamConfig config, bool resumes = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        if (config.Security != StreamSecurity.Tls)
        {
            _certificates = [];
            _tls = [];
            return;
        }

        if (config.Tls.Certificates.IsEmpty)
        {
            throw new CertificateException("TLS needs a certificate; give one in tlsSettings.certificates.");
        }

        _certificates = [.. config.Tls.Certificates.Select(CertificateStore.FromConfig)];
        _tls = [.. _certificates.Select(certificate => GeneralTls.ForServer(certificate, config, resumes))];
    }

    /// <summary>Network, path, security.</summary>
    public StreamConfig Config { get; }

    /// <summary>For TLS. Default 10 s.</summary>
    public TimeSpan TlsTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the upgrade to WebSocket. Default 4 s, as in V2Ray.</summary>
    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Makes the kernel probe a silent peer; for connections that live long.</summary>
    public bool LongLived { get; init; }

    /// <summary>Where the connections' blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public void Dispose()
    {
        foreach (var certificate in _certificates)
        {
            certificate.Dispose();
        }
    }

    /// <summary>The TLS of a client that asks for a name.</summary>
    internal SslServerAuthenticationOptions TlsFor(string name) => _tls[GeneralTls.Choose(_certificates, name)];
}
