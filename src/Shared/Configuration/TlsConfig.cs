using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>tlsSettings</c> of a transport.</summary>
public sealed record TlsConfig
{
    /// <summary>The name to ask for and to verify; null means the dialled host.</summary>
    public string? ServerName { get; init; }

    /// <summary>The application protocols to offer or to accept, the preferred one first; empty for the defaults. Not for protocol <c>tunnel</c>.</summary>
    public ImmutableArray<string> Alpn { get; init; } = [];

    /// <summary>What a listener shows; empty lets protocol <c>tunnel</c> make a certificate of its own.</summary>
    public ImmutableArray<CertificateConfig> Certificates { get; init; } = [];

    /// <summary>Authorities that an outbound trusts beside those of <see cref="CaFile"/>.</summary>
    public ImmutableArray<AuthorityConfig> Authorities { get; init; } = [];

    /// <summary>Whether the system's authorities are not trusted. Not for protocol <c>tunnel</c>, which never trusts them.</summary>
    public bool DisableSystemRoot { get; init; }

    /// <summary>SHA-256 of the peer's certificate (its DER form) in 64 lower-case hexadecimal digits; null when not pinned.</summary>
    public string? Pin { get; init; }

    /// <summary>A PEM file of authorities the peer's certificate may come from; null when there is none.</summary>
    public string? CaFile { get; init; }
}
