using System.Buffers.Binary;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Body;

/// <summary>The size fields of one direction, and the lengths of its padding. Not safe for concurrent use.</summary>
/// <remarks>
/// For each chunk, first <see cref="NextPadding"/>, then <see cref="Write"/> or <see cref="TryRead"/>: both may draw from the one
/// SHAKE128 stream of the direction's IV, and the order is part of the format.
/// <code>
/// plain           2   value, big endian
/// masked (M)      2   value xor draw
/// authenticated (A)
///                18   AEAD of (value - 16) with key KDF16(request key, "auth_len") and nonces of the request IV, in both directions;
///                     no draw
/// </code>
/// </remarks>
internal sealed class ChunkSizes : IDisposable
{
    private const int PlainBytes = 2;

    private readonly Shake128Stream? _masks;
    private readonly bool _padded;
    private readonly AeadCipher? _aead;
    private readonly ChunkNonce? _nonce;

    /// <summary>The fields of a direction.</summary>
    /// <param name="format">The body's format.</param>
    /// <param name="iv">The direction's IV.</param>
    /// <param name="requestKey">The request direction's key, in both directions.</param>
    /// <param name="requestIv">The request direction's IV, in both directions.</param>
    public ChunkSizes(VMessBodyFormat format, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> requestKey, ReadOnlySpan<byte> requestIv)
    {
        _padded = format.IsPadded;
        _masks = format.IsMasked ? new Shake128Stream(iv) : null;
        if (format.HasAuthenticatedLength)
        {
            _aead = BodyCiphers.CreateAead(format.Security, VMessKdf.Key(requestKey, new KdfPath("auth_len"u8)));
            _nonce = new ChunkNonce(requestIv);
        }
    }

    /// <summary>The length of a size field.</summary>
    public int Bytes => _aead is null ? PlainBytes : PlainBytes + AeadCipher.TagBytes;

    /// <summary>How much padding follows the next chunk.</summary>
    public int NextPadding() => _padded ? _masks!.NextUInt16() % (VMessBodyFormat.MaxPadding + 1) : 0;

    /// <summary>Writes the field; the value counts box and padding.</summary>
    public void Write(Span<byte> field, int value)
    {
        if (_aead is null)
        {
            BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)(value ^ (_masks?.NextUInt16() ?? 0)));
            return;
        }

        Span<byte> plain = stackalloc byte[PlainBytes];
        BinaryPrimitives.WriteUInt16BigEndian(plain, (ushort)(value - AeadCipher.TagBytes));
        _aead.Seal(_nonce!.Next(), plain, field[..Bytes]);
    }

    /// <summary>Reads the field; false where an authenticated one was changed.</summary>
    public bool TryRead(ReadOnlySpan<byte> field, out int value)
    {
        if (_aead is null)
        {
            value = BinaryPrimitives.ReadUInt16BigEndian(field) ^ (_masks?.NextUInt16() ?? 0);
            return true;
        }

        Span<byte> plain = stackalloc byte[PlainBytes];
        var opened = _aead.TryOpen(_nonce!.Next(), field[..PlainBytes], field[PlainBytes..], plain);
        value = BinaryPrimitives.ReadUInt16BigEndian(plain) + AeadCipher.TagBytes;
        return opened;
    }

    public void Dispose() => _aead?.Dispose();
}
