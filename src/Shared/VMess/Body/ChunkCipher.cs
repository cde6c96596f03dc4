using System.Buffers;

namespace Tunnel.Shared.VMess.Body;

/// <summary>Protects the payload of chunks in one direction, in their order. Not safe for concurrent use.</summary>
internal abstract class ChunkCipher : IDisposable
{
    /// <summary>How many bytes a box is longer than its payload.</summary>
    public abstract int Overhead { get; }

    /// <summary>Makes the box of the next chunk.</summary>
    public abstract void Seal(in ReadOnlySequence<byte> payload, Span<byte> box);

    /// <summary>Opens the next chunk's box into <paramref name="payload"/>, which is exactly as long as it holds; false where it was changed.</summary>
    public abstract bool TryOpen(in ReadOnlySequence<byte> box, Span<byte> payload);

    public abstract void Dispose();
}
