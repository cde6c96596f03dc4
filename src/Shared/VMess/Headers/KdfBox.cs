using System.Security.Cryptography;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>One AES-128-GCM box whose key and nonce are derived for it alone: what headers are sealed with.</summary>
internal static class KdfBox
{
    /// <summary>Seals; <paramref name="box"/> is longer than the plaintext by the tag of 16 bytes.</summary>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> box, ReadOnlySpan<byte> associated = default)
    {
        using var aead = new AesGcm(key, AeadCipher.TagBytes);
        aead.Encrypt(nonce, plaintext, box[..plaintext.Length], box.Slice(plaintext.Length, AeadCipher.TagBytes), associated);
    }

    /// <summary>Opens; false where the box was not sealed with this key, nonce and associated data.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> box, Span<byte> plaintext, ReadOnlySpan<byte> associated = default)
    {
        using var aead = new AesGcm(key, AeadCipher.TagBytes);
        var length = box.Length - AeadCipher.TagBytes;
        try
        {
            aead.Decrypt(nonce, box[..length], box[length..], plaintext[..length], associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
