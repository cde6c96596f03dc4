using System.Security.Cryptography;

namespace Tunnel.Shared.Interconnect;

/// <summary>Computes and compares the proofs of a handshake.</summary>
/// <remarks><code>
/// bridge proof = HMAC-SHA-256(secret, "tunnel/1 bridge proof" || SHA-256(Hello frame || Challenge frame)          || binding)
/// portal proof = HMAC-SHA-256(secret, "tunnel/1 portal proof" || SHA-256(SHA-256(Hello, Challenge, Proof frames)
///                                                                        || Welcome.content)                      || binding)
/// </code>
/// resume proof = HMAC-SHA-256(resume secret, "tunnel/1 resume proof" || SHA-256(Hello frame || Challenge frame)    || binding)
/// Labels of one length and a hash of a fixed length make the input unambiguous; different labels keep one side's proof from
/// being played back as the other's. The binding (see <see cref="ChannelBinding"/>) makes a proof worthless on any other
/// connection, which is what stops a man in the middle without a CA.
/// </remarks>
internal static class HandshakeProof
{
    private static ReadOnlySpan<byte> BridgeLabel => "tunnel/1 bridge proof"u8;

    private static ReadOnlySpan<byte> PortalLabel => "tunnel/1 portal proof"u8;

    private static ReadOnlySpan<byte> ResumeLabel => "tunnel/1 resume proof"u8;

    /// <summary>The proof that a bridge was given the session it wants to go on with, 32 bytes.</summary>
    /// <param name="resumeSecret">The session's resume secret.</param>
    /// <param name="transcript">The transcript's hash behind the Challenge.</param>
    /// <param name="binding">The channel binding.</param>
    public static byte[] OfResume(ReadOnlySpan<byte> resumeSecret, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> binding) =>
        Compute(resumeSecret, ResumeLabel, transcript, binding);

    /// <summary>The proof a bridge sends, 32 bytes.</summary>
    /// <param name="secret">The key's secret.</param>
    /// <param name="transcript">The transcript's hash behind the Challenge.</param>
    /// <param name="binding">The channel binding.</param>
    public static byte[] OfBridge(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> binding) =>
        Compute(secret, BridgeLabel, transcript, binding);

    /// <summary>The proof a portal sends, 32 bytes.</summary>
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
