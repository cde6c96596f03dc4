using System.Security.Cryptography;

namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>The key derivation of VMess's AEAD format: HMAC nested in HMAC, once for each element of a path.</summary>
/// <remarks>
/// <code>
/// H0(m) = HMAC-SHA-256("VMess AEAD KDF", m)
/// Hi(m) = H(i-1)( (pi xor opad) || H(i-1)( (pi xor ipad) || m ) )      pi padded with zeros to 64 bytes
/// KDF(key, p1 .. pn) = Hn(key)                                        cut to the length that is wanted
/// </code>
/// See docs/v2ray.md.
/// </remarks>
internal static class VMessKdf
{
    private const int BlockBytes = 64;
    private const int HashBytes = 32;

    /// <summary>No message is longer: a key, or a hash, of up to 32 bytes behind one block for each element.</summary>
    private const int MaxMessageBytes = HashBytes + (KdfPath.MaxLength * BlockBytes);

    private static ReadOnlySpan<byte> Root => "VMess AEAD KDF"u8;

    /// <summary>Fills <paramref name="output"/>, at most 32 bytes, with the key that follows from a key of at most 32 bytes and a path.</summary>
    public static void Derive(ReadOnlySpan<byte> key, scoped in KdfPath path, Span<byte> output)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(path.Length, path, key, hash);
        hash[..output.Length].CopyTo(output);
        CryptographicOperations.ZeroMemory(hash);
    }

    /// <summary>A key of 16 bytes.</summary>
    public static byte[] Key(ReadOnlySpan<byte> key, scoped in KdfPath path)
    {
        var output = new byte[16];
        Derive(key, path, output);
        return output;
    }

    private static void Hash(int level, scoped in KdfPath path, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        if (level == 0)
        {
            HMACSHA256.HashData(Root, message, hash);
            return;
        }

        Span<byte> buffer = stackalloc byte[BlockBytes + MaxMessageBytes];
        var pad = buffer[..BlockBytes];
        Pad(path[level - 1], 0x36, pad);
        message.CopyTo(buffer[BlockBytes..]);
        Hash(level - 1, path, buffer[..(BlockBytes + message.Length)], hash);

        Pad(path[level - 1], 0x5C, pad);
        hash.CopyTo(buffer[BlockBytes..]);
        Hash(level - 1, path, buffer[..(BlockBytes + HashBytes)], hash);
    }

    private static void Pad(ReadOnlySpan<byte> element, byte pattern, Span<byte> pad)
    {
        pad.Fill(pattern);
        for (var i = 0; i < element.Length; i++)
        {
            pad[i] ^= element[i];
        }
    }
}
