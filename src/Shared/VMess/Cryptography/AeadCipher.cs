namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>An AEAD with nonces of 12 and tags of 16 bytes, without associated data. Not safe for concurrent use.</summary>
internal abstract class AeadCipher : IDisposable
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    /// <summary>Seals <paramref name="plaintext"/>; <paramref name="box"/> is longer by the tag, and may begin where the plaintext does.</summary>
    public abstract void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> box);

    /// <summary>Opens a box whose parts may lie apart; ciphertext and plaintext may be the same memory. False where it was changed.</summary>
    public abstract bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    public abstract void Dispose();
}
