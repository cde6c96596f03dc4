namespace Tunnel.Shared.Sniffing;

/// <summary>What differs between the versions of QUIC in their first packets (RFC 9001 section 5.2, RFC 9369 section 3).</summary>
/// <param name="Number">As it stands in the packet.</param>
/// <param name="InitialType">The type of an Initial packet, two bits.</param>
/// <param name="RetryType">The type of a Retry packet, the only one without a length.</param>
/// <param name="Salt">Of the initial secret.</param>
/// <param name="KeyLabel">Of the packet's key.</param>
/// <param name="IvLabel">Of the packet's nonce.</param>
/// <param name="ProtectionLabel">Of the header's key.</param>
internal sealed record QuicVersion(
    uint Number, int InitialType, int RetryType, byte[] Salt, string KeyLabel, string IvLabel, string ProtectionLabel)
{
    private static readonly QuicVersion[] All =
    [
        new(1, 0, 3, Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), "quic key", "quic iv", "quic hp"),
        new(0x6b3343cf, 1, 0, Convert.FromHexString("0dede3def700a6db819381be6e269dcbf9bd2ed9"), "quicv2 key", "quicv2 iv", "quicv2 hp"),
    ];

    /// <summary>Null for a version that is not known here.</summary>
    public static QuicVersion? Find(uint number) => Array.Find(All, version => version.Number == number);
}
