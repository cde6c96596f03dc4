using System.Buffers;
using System.Security.Cryptography;

namespace Tunnel.Shared.Interconnect;

/// <summary>The running SHA-256 over all frames of a handshake, length prefixes included, in the order they were sent.</summary>
internal sealed class HandshakeTranscript : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Append(in ReadOnlySequence<byte> frame)
    {
        foreach (var segment in frame)
        {
            _hash.AppendData(segment.Span);
        }
    }

    public void Append(ReadOnlySpan<byte> frame) => _hash.AppendData(frame);

    /// <summary>The hash of what was appended so far, 32 bytes.</summary>
    public byte[] Current() => _hash.GetCurrentHash();

    public void Dispose() => _hash.Dispose();
}
