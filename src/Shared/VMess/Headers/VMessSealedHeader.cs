using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>The AEAD format of a request's header, the default since V2Ray 4.34 and the only one this project sends.</summary>
/// <remarks><code>
/// 16     authId
/// 18     AES-128-GCM of the header's length n, 2 bytes    key  KDF16(cmdKey, "VMess Header AEAD Key_Length",   authId, nonce)
///                                                         nonce KDF12(cmdKey, "VMess Header AEAD Nonce_Length", authId, nonce)
///  8     nonce, random
/// n+16   AES-128-GCM of the header                        the same with "VMess Header AEAD Key" and "VMess Header AEAD Nonce"
/// </code>
/// Both boxes have the authId as associated data. See docs/v2ray.md.
/// </remarks>
internal static class VMessSealedHeader
{
    public const int NonceBytes = 8;

    /// <summary>What must have arrived before the header's length can be read.</summary>
    public const int PrefixBytes = VMessAuthId.Size + LengthBoxBytes + NonceBytes;

    private const int LengthBoxBytes = 2 + AeadCipher.TagBytes;

    /// <summary>Writes the whole sealed header.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="commandKey">The user's <see cref="VMessId.CommandKey"/>.</param>
    /// <param name="authId">16 bytes.</param>
    /// <param name="nonce">8 bytes.</param>
    /// <param name="header">The header in the clear.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> commandKey, ReadOnlySpan<byte> authId, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header)
    {
        var total = PrefixBytes + header.Length + AeadCipher.TagBytes;
        var span = output.GetSpan(total)[..total];
        authId.CopyTo(span);
        nonce.CopyTo(span[(PrefixBytes - NonceBytes)..]);

        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)header.Length);
        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        DeriveForLength(commandKey, authId, nonce, key, iv);
        KdfBox.Seal(key, iv, length, span.Slice(VMessAuthId.Size, LengthBoxBytes), authId);
        DeriveForHeader(commandKey, authId, nonce, key, iv);
        KdfBox.Seal(key, iv, header, span[PrefixBytes..], authId);
        output.Advance(total);
    }

    /// <summary>Opens the length in the first <see cref="PrefixBytes"/>; false where they are not the user's.</summary>
    public static bool TryOpenLength(ReadOnlySpan<byte> commandKey, ReadOnlySpan<byte> prefix, out int length)
    {
        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        Span<byte> plain = stackalloc byte[2];
        var authId = prefix[..VMessAuthId.Size];
        DeriveForLength(commandKey, authId, prefix[(PrefixBytes - NonceBytes)..PrefixBytes], key, iv);
        var opened = KdfBox.TryOpen(key, iv, prefix.Slice(VMessAuthId.Size, LengthBoxBytes), plain, authId);
        length = opened ? BinaryPrimitives.ReadUInt16BigEndian(plain) : 0;
        return opened;
    }

    /// <summary>Opens the header behind the prefix into <paramref name="header"/>, which is shorter than the box by 16 bytes.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> commandKey, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> box, Span<byte> header)
    {
        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        var authId = prefix[..VMessAuthId.Size];
        DeriveForHeader(commandKey, authId, prefix[(PrefixBytes - NonceBytes)..PrefixBytes], key, iv);
        return KdfBox.TryOpen(key, iv, box, header, authId);
    }

    private static void DeriveForLength(ReadOnlySpan<byte> commandKey, ReadOnlySpan<byte> authId, ReadOnlySpan<byte> nonce, Span<byte> key, Span<byte> iv)
    {
        VMessKdf.Derive(commandKey, new KdfPath("VMess Header AEAD Key_Length"u8, authId, nonce), key);
        VMessKdf.Derive(commandKey, new KdfPath("VMess Header AEAD Nonce_Length"u8, authId, nonce), iv);
    }

    private static void DeriveForHeader(ReadOnlySpan<byte> commandKey, ReadOnlySpan<byte> authId, ReadOnlySpan<byte> nonce, Span<byte> key, Span<byte> iv)
    {
        VMessKdf.Derive(commandKey, new KdfPath("VMess Header AEAD Key"u8, authId, nonce), key);
        VMessKdf.Derive(commandKey, new KdfPath("VMess Header AEAD Nonce"u8, authId, nonce), iv);
    }
}
