using System.Security.Cryptography;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Tunnel.Shared.VMess.Body;

/// <summary>What a request's security, options and command mean for its body.</summary>
/// <param name="Security">Never <see cref="VMessSecurity.Auto"/>.</param>
/// <param name="Options">The option bits.</param>
/// <param name="Datagrams">True for command UDP: one chunk is one datagram.</param>
internal sealed record VMessBodyFormat(VMessSecurity Security, VMessBodyOptions Options, bool Datagrams)
{
    /// <summary>
    /// The most payload that is put into one chunk of a byte stream: the largest that a real 4.34 was seen to take, and with all
    /// that may surround it (18 + 16 + 63) it fits a block of 16 KiB, so no pool is bypassed. V2Ray itself sends 1966; fewer
    /// chunks are fewer tags, and a nonce counter that lasts longer.
    /// </summary>
    public const int MaxPayload = 16_000;

    /// <summary>The longest padding.</summary>
    public const int MaxPadding = 63;

    /// <summary>The longest datagram: with tag and padding, the size field still holds it. V2Ray takes 2048 and cuts off the rest.</summary>
    public const int MaxDatagram = ushort.MaxValue - 16 - MaxPadding;

    /// <summary>Padding without masking has no defined length, and the legacy cipher without chunks no use: no peer sends either.</summary>
    public bool IsValid =>
        (!Has(VMessBodyOptions.Padding) || Has(VMessBodyOptions.Masking))
        && (Security != VMessSecurity.LegacyCfb || Has(VMessBodyOptions.ChunkStream))
        && (Security is not VMessSecurity.Zero || !Datagrams);

    /// <summary>False where the body is just bytes.</summary>
    public bool IsChunked => Security != VMessSecurity.Zero;

    public bool IsAead => Security is VMessSecurity.Aes128Gcm or VMessSecurity.ChaCha20Poly1305;

    public bool IsMasked => Has(VMessBodyOptions.Masking);

    /// <summary>In clear chunks of a byte stream the bit is ignored, and no padding is drawn.</summary>
    public bool IsPadded => Has(VMessBodyOptions.Padding) && IsMasked && (Security != VMessSecurity.None || Datagrams);

    public bool HasAuthenticatedLength => Has(VMessBodyOptions.AuthenticatedLength) && IsAead;

    /// <summary>Whether an empty chunk is sent where a direction ends; V2Ray does so only with option S.</summary>
    public bool HasEndChunk => IsChunked && Has(VMessBodyOptions.ChunkStream);

    /// <summary>Whether the transport's end, between two chunks, is the direction's: what is not authenticated cannot prove more.</summary>
    public bool EndsWithTransport => !HasEndChunk || Security == VMessSecurity.None;

    /// <summary>What V2Ray's clients send with a security.</summary>
    public static VMessBodyOptions DefaultOptions(VMessSecurity security) => security switch
    {
        VMessSecurity.Zero => VMessBodyOptions.None,
        VMessSecurity.None => VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking,
        VMessSecurity.LegacyCfb => VMessBodyOptions.ChunkStream,
        _ => VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking | VMessBodyOptions.Padding,
    };

    /// <summary>Replaces <see cref="VMessSecurity.Auto"/> by what is fast on this CPU.</summary>
    public static VMessSecurity Resolve(VMessSecurity security)
    {
        if (security != VMessSecurity.Auto)
        {
            return security;
        }

        var hasInstructions = X86Aes.IsSupported || ArmAes.IsSupported;
        return hasInstructions || !ChaCha20Poly1305.IsSupported ? VMessSecurity.Aes128Gcm : VMessSecurity.ChaCha20Poly1305;
    }

    private bool Has(VMessBodyOptions option) => (Options & option) != VMessBodyOptions.None;
}
