using System.Security.Cryptography;

namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>ChaCha20-Poly1305 (RFC 8439).</summary>
internal sealed class ChaCha20Cipher(ReadOnlySpan<byte> key) : AeadCipher
{
    private readonly ChaCha20Poly1305 _aead = new(key);

    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> box) =>
        _aead.Encrypt(nonce, plaintext, box[..plaintext.Length], box[plaintext.Length..]);

    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        try
        {
            _aead.Decrypt(nonce, ciphertext, tag, plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public override void Dispose() => _aead.Dispose();
}
