using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Testing.Net;

/// <summary>Seals Initial packets as a client does.</summary>
public sealed class QuicPackets(uint version)
{
    public const uint V1 = 1;
    public const uint V2 = 0x6b3343cf;

    /// <summary>The client's first connection id in the RFCs' examples.</summary>
    public static readonly byte[] ExampleId = Convert.FromHexString("8394c8f03e515708");

    private static readonly byte[] Salt1 = Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
    private static readonly byte[] Salt2 = Convert.FromHexString("0dede3def700a6db819381be6e269dcbf9bd2ed9");

    /// <summary>A CRYPTO frame.</summary>
    public static byte[] Crypto(int offset, ReadOnlySpan<byte> bytes) =>
        [6, (byte)(0x40 | (offset >> 8)), (byte)offset, (byte)(0x40 | (bytes.Length >> 8)), (byte)bytes.Length, .. bytes];

    /// <summary>An Initial packet, its payload padded to <paramref name="padTo"/> bytes.</summary>
    public byte[] Seal(byte[] id, int number, byte[] frames, int padTo = 1162, byte[]? token = null)
    {
        const int NumberLength = 4;
        const int TagLength = 16;
        var payload = new byte[Math.Max(padTo, frames.Length)];
        frames.CopyTo(payload, 0);
        var prefix = version == V1 ? "quic " : "quicv2 ";
        var secret = Expand(HKDF.Extract(HashAlgorithmName.SHA256, id, version == V1 ? Salt1 : Salt2), "client in", 32);
        var first = (byte)(0xC0 | (version == V1 ? 0 : 0x10) | (NumberLength - 1));
        var length = NumberLength + payload.Length + TagLength;
        byte[] header =
        [
            first, .. Big(version), (byte)id.Length, .. id, 0, (byte)(token?.Length ?? 0), .. token ?? [],
            (byte)(0x40 | (length >> 8)), (byte)length, .. Big((uint)number),
        ];
        var nonce = Expand(secret, prefix + "iv", 12);
        var numberBytes = Big((uint)number);
        for (var i = 0; i < NumberLength; i++)
        {
            nonce[8 + i] ^= numberBytes[i];
        }

        var sealedPayload = new byte[payload.Length + TagLength];
        using (var gcm = new AesGcm(Expand(secret, prefix + "key", 16), TagLength))
        {
            gcm.Encrypt(nonce, payload, sealedPayload.AsSpan(0, payload.Length), sealedPayload.AsSpan(payload.Length), header);
        }

        using var aes = Aes.Create();
        aes.Key = Expand(secret, prefix + "hp", 16);
        var mask = aes.EncryptEcb(sealedPayload.AsSpan(0, 16), PaddingMode.None);
        header[0] ^= (byte)(mask[0] & 0x0F);
        for (var i = 0; i < NumberLength; i++)
        {
            header[^(NumberLength - i)] ^= mask[1 + i];
        }

        return [.. header, .. sealedPayload];
    }

    private static byte[] Big(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Expand(byte[] secret, string label, int length) =>
        HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [0, (byte)length, (byte)(6 + label.Length), .. Encoding.ASCII.GetBytes("tls13 " + label), 0]);
}
