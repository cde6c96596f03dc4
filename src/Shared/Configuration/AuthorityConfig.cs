using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>A certificate authority that an outbound trusts, either a PEM file or lines of PEM (<c>"usage": "verify"</c>).</summary>
public sealed record AuthorityConfig
{
    /// <summary>A PEM file; null when <see cref="CertificateLines"/> is used.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM lines; empty when <see cref="CertificateFile"/> is used.</summary>
    public ImmutableArray<string> CertificateLines { get; init; } = [];
}
