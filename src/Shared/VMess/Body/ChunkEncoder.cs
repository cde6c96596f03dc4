using System.Buffers;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Body;

/// <summary>Writes the chunks of one direction. Allocates nothing for a chunk, and never flushes. Not safe for concurrent use.</summary>
/// <remarks><code>
/// 2 | 18   size of what follows (<see cref="ChunkSizes"/>)
/// n + t    box: payload and what protects it (<see cref="ChunkCipher"/>)
/// 0..63    padding
/// </code>
/// A chunk without payload is the end of the direction.
/// </remarks>
internal sealed class ChunkEncoder : IDisposable
{
    private readonly ChunkSizes _sizes;
    private readonly ChunkCipher _cipher;
    private readonly RandomFill _padding;

    /// <summary>An encoder of the request's or of the response's direction.</summary>
    /// <param name="format">The body's format; must be chunked.</param>
    /// <param name="keys">The keys of both directions.</param>
    /// <param name="response">Which direction.</param>
    /// <param name="padding">Where padding comes from; null for the system's random numbers.</param>
    public ChunkEncoder(VMessBodyFormat format, VMessBodyKeys keys, bool response, RandomFill? padding = null)
    {
        var direction = new ChunkDirection(format, keys, response);
        _sizes = direction.Sizes;
        _cipher = direction.Cipher;
        LegacyStream = direction.LegacyStream;
        _padding = padding ?? new RandomBytes().Fill;
    }

    /// <summary>The stream cipher that everything of this direction goes through; null but for the legacy security.</summary>
    public AesCfb128? LegacyStream { get; }

    /// <summary>Writes one chunk. An empty payload is the end chunk.</summary>
    public void Write(in ReadOnlySequence<byte> payload, IBufferWriter<byte> output)
    {
        var padding = _sizes.NextPadding();
        var box = (int)payload.Length + _cipher.Overhead;
        var head = _sizes.Bytes;
        var total = head + box + padding;
        var span = output.GetSpan(total)[..total];
        _sizes.Write(span, box + padding);
        _cipher.Seal(payload, span.Slice(head, box));
        _padding(span[(head + box)..]);
        LegacyStream?.Encrypt(span);
        output.Advance(total);
    }

    public void Dispose()
    {
        _sizes.Dispose();
        _cipher.Dispose();
        LegacyStream?.Dispose();
    }
}
