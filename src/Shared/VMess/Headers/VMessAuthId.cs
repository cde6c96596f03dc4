using System.Buffers.Binary;
using System.Security.Cryptography;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>The first 16 bytes of a request in the AEAD format: one AES-128 block that only the user's key turns into a time.</summary>
/// <remarks><code>
/// AES-128-ECB(authId key) of
/// 8  seconds since 1970, big endian, signed
/// 4  random
/// 4  CRC-32 of the first 12 bytes, big endian
/// </code></remarks>
internal static class VMessAuthId
{
    public const int Size = 16;
    public const int RandomBytes = 4;

    private const int CheckedBytes = 12;

    /// <summary>Writes the 16 bytes.</summary>
    public static void Write(Span<byte> authId, VMessId id, long unixSeconds, ReadOnlySpan<byte> random)
    {
        Span<byte> plain = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(plain, unixSeconds);
        random.CopyTo(plain[8..CheckedBytes]);
        BinaryPrimitives.WriteUInt32BigEndian(plain[CheckedBytes..], Crc32.Hash(plain[..CheckedBytes]));
        using var aes = Aes.Create();
        aes.Key = id.AuthIdKey.ToArray();
#pragma warning disable CA5358 // A single block that never repeats: the format prescribes it.
        aes.EncryptEcb(plain, authId, PaddingMode.None);
#pragma warning restore CA5358
    }

    /// <summary>Reads a decrypted block; false where the checksum says that it was another user's, or nobody's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> plain, out long unixSeconds)
    {
        unixSeconds = BinaryPrimitives.ReadInt64BigEndian(plain);
        return BinaryPrimitives.ReadUInt32BigEndian(plain[CheckedBytes..]) == Crc32.Hash(plain[..CheckedBytes]);
    }
}
