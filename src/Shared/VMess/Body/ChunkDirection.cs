using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Body;

/// <summary>What an encoder and a decoder of one direction have in common.</summary>
internal readonly struct ChunkDirection
{
    public ChunkDirection(VMessBodyFormat format, VMessBodyKeys keys, bool response)
    {
        var key = response ? keys.ResponseKey : keys.RequestKey;
        var iv = response ? keys.ResponseIv : keys.RequestIv;
        Sizes = new ChunkSizes(format, iv, keys.RequestKey, keys.RequestIv);
        switch (format.Security)
        {
            case VMessSecurity.Aes128Gcm or VMessSecurity.ChaCha20Poly1305:
                Cipher = new AeadChunkCipher(BodyCiphers.CreateAead(format.Security, key), new ChunkNonce(iv));
                break;
            case VMessSecurity.None:
                Cipher = new ClearChunkCipher();
                break;
            case VMessSecurity.LegacyCfb:
                LegacyStream = new AesCfb128(key, iv);
                Cipher = new ChecksumChunkCipher(LegacyStream);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format.Security, "This security has no chunks.");
        }
    }

    public ChunkSizes Sizes { get; }

    public ChunkCipher Cipher { get; }

    public AesCfb128? LegacyStream { get; }
}
