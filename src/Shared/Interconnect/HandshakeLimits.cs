namespace Tunnel.Shared.Interconnect;

/// <summary>Sizes of the handshake, version 1.</summary>
internal static class HandshakeLimits
{
    public const uint Version = 1;
    public const int NonceBytes = 32;
    public const int ProofBytes = 32;
    public const int InstanceBytes = 16;
    public const int SessionIdBytes = 16;
    public const int ResumeSecretBytes = 32;

    /// <summary>The largest message of a peer that has proven itself.</summary>
    public const int MaxMessageBytes = 65_536;

    /// <summary>The largest message of a peer that has not: fits one block, with room for fields to come.</summary>
    public const int MaxUnprovenMessageBytes = 4_096;

    /// <summary>DNS names end at 255 bytes, and a virtual domain is written like one.</summary>
    public const int MaxDomainLength = 255;

    public const int MaxKeyIdLength = 64;
    public const int MaxSoftwareLength = 64;
    public const int MaxTextLength = 512;

    /// <summary>What a portal allows for TLS and handshake together, and a bridge by default.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);
}
