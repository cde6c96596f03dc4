using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>What a server writes before its first bytes.</summary>
/// <remarks><code>
/// 18     AES-128-GCM of the length n, 2 bytes     key KDF16(response key, "AEAD Resp Header Len Key"), nonce KDF12(response IV, "AEAD Resp Header Len IV")
/// n+16   AES-128-GCM of the header                key KDF16(response key, "AEAD Resp Header Key"),     nonce KDF12(response IV, "AEAD Resp Header IV")
///
/// header: 1 V | 1 option = 0 | 1 command = 0 | 1 command length = 0 | command
/// </code>
/// The only command there is asks the client to use another server. It is skipped: a server has no business to redirect anybody.
/// In the legacy format the header is encrypted with AES-128-CFB(response key, response IV). See docs/v2ray.md.
/// </remarks>
internal static class VMessResponseHeader
{
    private const int FixedBytes = 4;

    /// <summary>A command's length is one byte.</summary>
    private const int MaxBytes = FixedBytes + byte.MaxValue;

    private const int LengthBoxBytes = 2 + AeadCipher.TagBytes;

    /// <summary>Writes the 38 bytes of the AEAD format.</summary>
    public static void Write(IBufferWriter<byte> output, VMessBodyKeys keys, byte responseCheck)
    {
        const int Total = LengthBoxBytes + FixedBytes + AeadCipher.TagBytes;
        ReadOnlySpan<byte> header = [responseCheck, 0, 0, 0];
        var span = output.GetSpan(Total)[..Total];
        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        DeriveForLength(keys, key, iv);
        KdfBox.Seal(key, iv, [0, FixedBytes], span[..LengthBoxBytes]);
        DeriveForHeader(keys, key, iv);
        KdfBox.Seal(key, iv, header, span[LengthBoxBytes..]);
        output.Advance(Total);
    }

    /// <summary>Writes the 4 bytes of the legacy format; with the legacy cipher the body goes on in the same stream.</summary>
    public static void WriteLegacy(IBufferWriter<byte> output, byte responseCheck, AesCfb128 cipher)
    {
        var span = output.GetSpan(FixedBytes)[..FixedBytes];
        span.Clear();
        span[0] = responseCheck;
        cipher.Encrypt(span);
        output.Advance(FixedBytes);
    }

    /// <summary>Takes a header of the AEAD format off the beginning of <paramref name="buffer"/>; false where more must arrive first.</summary>
    /// <exception cref="VMessException">It is not a response to this request.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, VMessBodyKeys keys, byte responseCheck)
    {
        if (buffer.Length < LengthBoxBytes)
        {
            return false;
        }

        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        Span<byte> box = stackalloc byte[MaxBytes + AeadCipher.TagBytes];
        Span<byte> header = stackalloc byte[MaxBytes];
        buffer.Slice(0, LengthBoxBytes).CopyTo(box);
        DeriveForLength(keys, key, iv);
        if (!KdfBox.TryOpen(key, iv, box[..LengthBoxBytes], header))
        {
            throw Bad("its length does not open with the request's keys");
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(header);
        if (length is < FixedBytes or > MaxBytes)
        {
            throw Bad($"it claims {length} bytes");
        }

        var total = LengthBoxBytes + length + AeadCipher.TagBytes;
        if (buffer.Length < total)
        {
            return false;
        }

        box = box[..(length + AeadCipher.TagBytes)];
        buffer.Slice(LengthBoxBytes, box.Length).CopyTo(box);
        DeriveForHeader(keys, key, iv);
        if (!KdfBox.TryOpen(key, iv, box, header))
        {
            throw Bad("it does not open with the request's keys");
        }

        if (header[0] != responseCheck)
        {
            throw Bad("it answers another request");
        }

        buffer = buffer.Slice(total);
        return true;
    }

    private static VMessException Bad(string why) => new(VMessError.BadResponse, "The VMess response is not for this request: " + why + ".");

    private static void DeriveForLength(VMessBodyKeys keys, Span<byte> key, Span<byte> iv)
    {
        VMessKdf.Derive(keys.ResponseKey, new KdfPath("AEAD Resp Header Len Key"u8), key);
        VMessKdf.Derive(keys.ResponseIv, new KdfPath("AEAD Resp Header Len IV"u8), iv);
    }

    private static void DeriveForHeader(VMessBodyKeys keys, Span<byte> key, Span<byte> iv)
    {
        VMessKdf.Derive(keys.ResponseKey, new KdfPath("AEAD Resp Header Key"u8), key);
        VMessKdf.Derive(keys.ResponseIv, new KdfPath("AEAD Resp Header IV"u8), iv);
    }
}
