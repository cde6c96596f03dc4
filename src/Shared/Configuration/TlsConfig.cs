using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>tlsSettings</c> of a transport.</summary>
public sealed record TlsConfig
{
    /// <summary>The name to ask for and to verify; null means the dialled host.</summary>
    public string? ServerName { get; init; }

    /// <summary>What a listener shows; empty lets protocol <c>tunnel</c> make a certificate of its own.</summary>
    public ImmutableArray<CertificateConfig> Certificates { get; init; } = [];

    /// <summary>SHA-256 of the peer's certificate (its DER form) in 64 lower-case hexadecimal digits; null when not pinned.</summary>
    public string? Pin { get; init; }

    /// <summary>A PEM file of the authorities the peer's certificate must come from; null when there is no such demand.</summary>
    public string? CaFile { get; init; }
}
