using System.Buffers;

namespace Tunnel.Shared.VMess.Body;

/// <summary>A box is the payload.</summary>
internal sealed class ClearChunkCipher : ChunkCipher
{
    public override int Overhead => 0;

    public override void Seal(in ReadOnlySequence<byte> payload, Span<byte> box) => payload.CopyTo(box);

    public override bool TryOpen(in ReadOnlySequence<byte> box, Span<byte> payload)
    {
        box.CopyTo(payload);
        return true;
    }

    public override void Dispose()
    {
        // Nothing is held.
    }
}
