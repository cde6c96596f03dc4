using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>The header format of before V2Ray 4.28, which a server reads only where it was told to; nothing here sends it.</summary>
/// <remarks><code>
/// 16  HMAC-MD5(key = id or an alter id, seconds since 1970 as 8 bytes, big endian)
///  n  AES-128-CFB of the header, key = cmdKey of the main id, IV = MD5(t || t || t || t), t = the same 8 bytes
/// </code>
/// It is malleable and was the subject of published attacks; V2Ray itself refuses it since 2022. See docs/v2ray.md.
/// </remarks>
internal static class VMessLegacyHeader
{
    public const int HashBytes = 16;

    private const int TimeBytes = 8;

    /// <summary>The 16 bytes that begin a request, as a number that can be looked up.</summary>
    public static UInt128 AuthenticationHash(ReadOnlySpan<byte> id, long unixSeconds)
    {
        Span<byte> time = stackalloc byte[TimeBytes];
        Span<byte> hash = stackalloc byte[HashBytes];
        BinaryPrimitives.WriteInt64BigEndian(time, unixSeconds);
#pragma warning disable CA5351 // The legacy format prescribes HMAC-MD5.
        HMACMD5.HashData(id, time, hash);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The cipher of a header that was sent at a time.</summary>
    public static AesCfb128 CreateCipher(VMessId id, long unixSeconds)
    {
        Span<byte> times = stackalloc byte[4 * TimeBytes];
        for (var i = 0; i < times.Length; i += TimeBytes)
        {
            BinaryPrimitives.WriteInt64BigEndian(times[i..], unixSeconds);
        }

#pragma warning disable CA5351 // The legacy format prescribes MD5.
        return new AesCfb128(id.CommandKey, MD5.HashData(times));
#pragma warning restore CA5351
    }

    /// <summary>Reads the header behind the hash, of which any part may have arrived.</summary>
    public static OperationStatus TryRead(VMessId id, long unixSeconds, ReadOnlySpan<byte> source, out VMessRequestHeader? header, out int consumed)
    {
        Span<byte> plain = stackalloc byte[Math.Min(source.Length, VMessRequestHeaderCodec.MaxBytes)];
        source[..plain.Length].CopyTo(plain);
        using var cipher = CreateCipher(id, unixSeconds);
        cipher.Decrypt(plain);
        return VMessRequestHeaderCodec.TryRead(plain, out header, out consumed);
    }
}
