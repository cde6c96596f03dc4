using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>A certificate with its private key, each either a PEM file or lines of PEM.</summary>
public sealed record CertificateConfig
{
    /// <summary>A PEM file with the certificate chain; null when <see cref="CertificateLines"/> is used.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The chain's PEM lines; empty when <see cref="CertificateFile"/> is used.</summary>
    public ImmutableArray<string> CertificateLines { get; init; } = [];

    /// <summary>A PEM file with the private key; null when <see cref="KeyLines"/> is used.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The private key's PEM lines, a secret; empty when <see cref="KeyFile"/> is used.</summary>
    public ImmutableArray<string> KeyLines { get; init; } = [];
}
