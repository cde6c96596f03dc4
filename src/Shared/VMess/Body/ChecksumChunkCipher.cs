using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Body;

/// <summary>The legacy cipher: a box is FNV-1a of the payload, 4 bytes, and the payload; sizes, boxes and padding form one AES-CFB stream.</summary>
/// <remarks>The encoder encrypts a chunk as a whole; only opening a box decrypts here, because its parts go to different places.</remarks>
internal sealed class ChecksumChunkCipher(AesCfb128 stream) : ChunkCipher
{
    private const int ChecksumBytes = 4;

    public override int Overhead => ChecksumBytes;

    public override void Seal(in ReadOnlySequence<byte> payload, Span<byte> box)
    {
        payload.CopyTo(box[ChecksumBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(box, Fnv1a.Hash(box[ChecksumBytes..]));
    }

    public override bool TryOpen(in ReadOnlySequence<byte> box, Span<byte> payload)
    {
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        box.Slice(0, ChecksumBytes).CopyTo(checksum);
        box.Slice(ChecksumBytes).CopyTo(payload);
        stream.Decrypt(checksum);
        stream.Decrypt(payload);
        return BinaryPrimitives.ReadUInt32BigEndian(checksum) == Fnv1a.Hash(payload);
    }

    public override void Dispose()
    {
        // The stream cipher belongs to the encoder or decoder.
    }
}
