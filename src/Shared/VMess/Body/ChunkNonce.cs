using System.Buffers.Binary;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Body;

/// <summary>The nonces of one direction's chunks: a counter of two bytes, big endian, before bytes 2 to 11 of the IV.</summary>
/// <remarks>
/// The counter wraps after 65536 chunks and the nonces repeat. That is a flaw of the format, and peers rely on it; chunks of
/// 16000 bytes put it off to a gigabyte. Who can, runs VMess over TLS.
/// </remarks>
internal sealed class ChunkNonce(ReadOnlySpan<byte> iv)
{
    private readonly byte[] _nonce = iv[..AeadCipher.NonceBytes].ToArray();
    private ushort _counter;

    /// <summary>The next nonce; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_nonce, _counter);
        unchecked
        {
            _counter++;
        }

        return _nonce;
    }
}
