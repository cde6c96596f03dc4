using System.Security.Cryptography;

namespace Tunnel.Shared.Interconnect;

/// <summary>Computes and compares the two proofs of a handshake.</summary>
/// <remarks><code>
/// bridge proof = HMAC-SHA-256(secret, "tunnel/1 bridge proof" || SHA-256(Hello frame || Challenge frame)          || binding)
/// portal proof = HMAC-SHA-256(secret, "tunnel/1 portal proof" || SHA-256(SHA-256(Hello, Challenge, Proof frames)
///                                                                        || Welcome.content)                      || binding)
/// </code>
/// Labels of one length and a hash of a fixed length make the input unambiguous; different labels keep one side's proof from
/// being played back as the other's. The binding (see <see cref="ChannelBinding"/>) makes a proof worthless on any other
/// connection, which is what stops a man in the middle without a CA.
/// </remarks>
internal static class HandshakeProof
{
    private static ReadOnlySpan<byte> BridgeLabel => "tunnel/1 bridge proof"u8;

    private static ReadOnlySpan<byte> PortalLabel => "tunnel/1 portal proof"u8;

    /// <param name="secret">The key's secret.</param>
    /// <param name="transcript">The transcript's hash behind the Challenge.</param>
    /// <param name="binding">The channel binding.</param>
    public static byte[] OfBridge(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> binding) =>
        Compute(secret, BridgeLabel, transcript, binding);

    /// <param name="secret">The key's secret.</param>
    /// <param name="transcript">The transcript's hash behind the Proof.</param>
    /// <param name="welcomeContent">The exact bytes of Welcome's content.</param>
    /// <param name="binding">The channel binding.</param>
    public static byte[] OfPortal(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> welcomeContent, ReadOnlySpan<byte> binding)
    {
        byte[] covered = [.. transcript, .. welcomeContent];
        return Compute(secret, PortalLabel, SHA256.HashData(covered), binding);
    }

    /// <summary>Compares in a time that does not depend on where the two differ.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) => CryptographicOperations.FixedTimeEquals(expected, actual);

    private static byte[] Compute(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> binding)
    {
        byte[] input = [.. label, .. transcript, .. binding];
        return HMACSHA256.HashData(secret, input);
    }
}
