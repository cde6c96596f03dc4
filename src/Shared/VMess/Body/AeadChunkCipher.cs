using System.Buffers;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Body;

/// <summary>A box is the ciphertext and its tag of 16 bytes.</summary>
internal sealed class AeadChunkCipher(AeadCipher aead, ChunkNonce nonce) : ChunkCipher
{
    public override int Overhead => AeadCipher.TagBytes;

    public override void Seal(in ReadOnlySequence<byte> payload, Span<byte> box)
    {
        if (payload.IsSingleSegment)
        {
            aead.Seal(nonce.Next(), payload.FirstSpan, box);
            return;
        }

        // Gathered where the ciphertext goes, and sealed in place.
        payload.CopyTo(box);
        aead.Seal(nonce.Next(), box[..(int)payload.Length], box);
    }

    public override bool TryOpen(in ReadOnlySequence<byte> box, Span<byte> payload)
    {
        Span<byte> tag = stackalloc byte[AeadCipher.TagBytes];
        box.Slice(payload.Length).CopyTo(tag);
        ReadOnlySpan<byte> ciphertext;
        if (box.FirstSpan.Length >= payload.Length)
        {
            ciphertext = box.FirstSpan[..payload.Length];
        }
        else
        {
            box.Slice(0, payload.Length).CopyTo(payload);
            ciphertext = payload;
        }

        return aead.TryOpen(nonce.Next(), ciphertext, tag, payload);
    }

    public override void Dispose() => aead.Dispose();
}
