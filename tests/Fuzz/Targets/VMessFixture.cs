using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Mux;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;
using Tunnel.Testing.Time;

namespace Tunnel.Fuzz.Targets;

/// <summary>A VMess user, a clock, and headers that are the same in every run.</summary>
internal static class VMessFixture
{
    private const int ChecksumBytes = sizeof(uint);

    public static VMessUser User { get; } = new(new VMessId([.. Enumerable.Range(1, VMessId.Size).Select(static value => (byte)value)]), "user");

    /// <summary>A clock that stands still.</summary>
    public static TimeProvider Time { get; } = new ManualTimeProvider();

    public static long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public static VMessServer NewServer(bool allowLegacy = false) => new(new VMessServerOptions { Users = [User], AllowLegacy = allowLegacy, TimeProvider = Time });

    public static VMessRequestHeader Header(VMessSecurity security, VMessBodyOptions options, VMessCommand command = VMessCommand.Tcp) => new()
    {
        BodyIv = [.. Enumerable.Range(50, 16).Select(static value => (byte)value)],
        BodyKey = [.. Enumerable.Range(80, 16).Select(static value => (byte)value)],
        ResponseCheck = 77,
        Options = options,
        Security = security,
        Command = command,
        Destination = command == VMessCommand.Mux ? null : new Destination(command == VMessCommand.Udp ? Network.Udp : Network.Tcp, "target.example", 443),
    };

    /// <summary>A header in the clear.</summary>
    public static byte[] Plain(VMessRequestHeader header, int padding = 3)
    {
        var bytes = new byte[VMessRequestHeaderCodec.MaxBytes];
        return bytes[..VMessRequestHeaderCodec.Write(bytes, header, new byte[padding])];
    }

    /// <summary>The same with the checksum at its end made right.</summary>
    public static byte[] WithChecksum(byte[] plain)
    {
        if (plain.Length <= ChecksumBytes)
        {
            return plain;
        }

        var result = (byte[])plain.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(result.Length - ChecksumBytes), Fnv1a.Hash(result.AsSpan(0, result.Length - ChecksumBytes)));
        return result;
    }

    /// <summary>A request in the AEAD format whose header is anything.</summary>
    public static byte[] Seal(byte[] plain)
    {
        var output = new ArrayBufferWriter<byte>();
        Span<byte> authId = stackalloc byte[VMessAuthId.Size];
        VMessAuthId.Write(authId, User.Id, Now, [1, 2, 3, 4]);
        VMessSealedHeader.Write(output, User.Id.CommandKey, authId, [1, 2, 3, 4, 5, 6, 7, 8], plain);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A request in the legacy format whose header is anything.</summary>
    public static byte[] SealLegacy(byte[] plain)
    {
        var result = new byte[VMessLegacyHeader.HashBytes + plain.Length];
        BinaryPrimitives.WriteUInt128BigEndian(result, VMessLegacyHeader.AuthenticationHash(User.Id.Bytes, Now));
        plain.CopyTo(result, VMessLegacyHeader.HashBytes);
        using var cipher = VMessLegacyHeader.CreateCipher(User.Id, Now);
        cipher.Encrypt(result.AsSpan(VMessLegacyHeader.HashBytes));
        return result;
    }
}
