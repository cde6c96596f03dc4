using System.Security.Cryptography;

namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>AES-128-CFB with 128 bits of feedback, as an endless stream: what the legacy format of VMess uses.</summary>
/// <remarks>Built from single blocks, since the platform's CFB cannot stop inside a block and go on. Slow, and only for the legacy format.</remarks>
internal sealed class AesCfb128 : IDisposable
{
    private const int BlockBytes = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly ICryptoTransform _block;

    // The last ciphertext block, being replaced byte by byte; its encryption is the key stream of the next one.
    private readonly byte[] _register;
    private readonly byte[] _keyStream = new byte[BlockBytes];
    private int _used = BlockBytes;

    public AesCfb128(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _aes.Key = key.ToArray();
#pragma warning disable CA5358 // ECB of single blocks is how any other mode is built.
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _block = _aes.CreateEncryptor();
        _register = iv.ToArray();
    }

    /// <summary>Encrypts in place, going on where the last call stopped.</summary>
    public void Encrypt(Span<byte> data)
    {
        foreach (ref var value in data)
        {
            Refill();
            value ^= _keyStream[_used];
            _register[_used++] = value;
        }
    }

    /// <summary>Decrypts in place, going on where the last call stopped.</summary>
    public void Decrypt(Span<byte> data)
    {
        foreach (ref var value in data)
        {
            Refill();
            var cipher = value;
            value ^= _keyStream[_used];
            _register[_used++] = cipher;
        }
    }

    public void Dispose()
    {
        _block.Dispose();
        _aes.Dispose();
    }

    private void Refill()
    {
        if (_used == BlockBytes)
        {
            _block.TransformBlock(_register, 0, BlockBytes, _keyStream, 0);
            _used = 0;
        }
    }
}
