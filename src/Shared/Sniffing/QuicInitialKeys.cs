using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Shared.Sniffing;

/// <summary>The keys of a client's Initial packets. Everybody can derive them from the connection id in the first one.</summary>
internal sealed class QuicInitialKeys : IDisposable
{
    /// <summary>The bytes of ciphertext that the header's mask is made of.</summary>
    public const int SampleLength = 16;

    private const int KeyLength = 16;
    private const int SecretLength = 32;
    private const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly AesGcm _packet;
    private readonly Aes _header;
    private readonly byte[] _iv;

    public QuicInitialKeys(QuicVersion version, ReadOnlySpan<byte> connectionId)
    {
        var initial = HKDF.Extract(HashAlgorithmName.SHA256, connectionId.ToArray(), version.Salt);
        var client = Expand(initial, "client in", SecretLength);
        _packet = new AesGcm(Expand(client, version.KeyLabel, KeyLength), TagLength);
        _iv = Expand(client, version.IvLabel, NonceLength);
        _header = Aes.Create();
        _header.Key = Expand(client, version.ProtectionLabel, KeyLength);
    }

    /// <summary>The mask over the first byte and the packet number.</summary>
    public byte[] Mask(ReadOnlySpan<byte> sample) => _header.EncryptEcb(sample, PaddingMode.None);

    /// <summary>Opens a packet's payload; null where it was not sealed with these keys.</summary>
    public byte[]? Open(long number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < TagLength)
        {
            return null;
        }

        var nonce = _iv.ToArray();
        for (var i = 0; i < sizeof(long); i++)
        {
            nonce[^(i + 1)] ^= (byte)(number >> (8 * i));
        }

        var plain = new byte[payload.Length - TagLength];
        try
        {
            _packet.Decrypt(nonce, payload[..^TagLength], payload[^TagLength..], plain, header);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _packet.Dispose();
        _header.Dispose();
    }

    /// <summary>TLS 1.3's HKDF-Expand-Label with an empty context.</summary>
    private static byte[] Expand(byte[] secret, string label, int length)
    {
        var full = Encoding.ASCII.GetBytes("tls13 " + label);
        byte[] info = [(byte)(length >> 8), (byte)length, (byte)full.Length, .. full, 0];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }
}
