using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Mux;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>A request's header in the clear, the same in both formats.</summary>
/// <remarks><code>
/// 1   version = 1
/// 16  body IV                  the IV first, then the key
/// 16  body key
/// 1   V
/// 1   option bits
/// 1   high nibble: padding length P; low nibble: security
/// 1   reserved = 0
/// 1   command
/// n   destination (<see cref="DestinationCodec"/>), absent for command mux
/// P   random padding
/// 4   FNV-1a of all the above, big endian
/// </code>
/// Security is 1 for the legacy cipher (0 is read as 1), 3 AES-128-GCM, 4 ChaCha20-Poly1305, 5 none; a request without chunks
/// (option S) in security 5 is what the configuration calls zero. See docs/v2ray.md.
/// </remarks>
internal static class VMessRequestHeaderCodec
{
    public const int MaxPadding = 15;

    /// <summary>The longest header; a sealed length above it is a lie.</summary>
    public const int MaxBytes = FixedBytes + DestinationCodec.MaxBytes + MaxPadding + ChecksumBytes;

    private const byte Version = 1;
    private const int FixedBytes = 38;
    private const int ChecksumBytes = 4;
    private const int IvOffset = 1;
    private const int KeyOffset = 17;
    private const int CheckOffset = 33;

    /// <summary>Writes the header and returns the bytes written, at most <see cref="MaxBytes"/>.</summary>
    public static int Write(Span<byte> output, VMessRequestHeader header, ReadOnlySpan<byte> padding)
    {
        output[0] = Version;
        header.BodyIv.CopyTo(output[IvOffset..]);
        header.BodyKey.CopyTo(output[KeyOffset..]);
        output[CheckOffset] = header.ResponseCheck;
        output[34] = (byte)header.Options;
        output[35] = (byte)((padding.Length << 4) | ToWire(header.Security));
        output[36] = 0;
        output[37] = (byte)header.Command;
        var length = FixedBytes;
        if (header.Command != VMessCommand.Mux)
        {
            length += DestinationCodec.Write(output[length..], header.Destination ?? throw new ArgumentException("The command needs a destination.", nameof(header)));
        }

        padding.CopyTo(output[length..]);
        length += padding.Length;
        BinaryPrimitives.WriteUInt32BigEndian(output[length..], Fnv1a.Hash(output[..length]));
        return length + ChecksumBytes;
    }

    /// <summary>Reads a header that begins <paramref name="source"/>. What a header must not be is <see cref="OperationStatus.InvalidData"/>.</summary>
    public static OperationStatus TryRead(ReadOnlySpan<byte> source, out VMessRequestHeader? header, out int consumed)
    {
        header = null;
        consumed = 0;
        if (source.IsEmpty)
        {
            return OperationStatus.NeedMoreData;
        }

        if (source[0] != Version)
        {
            return OperationStatus.InvalidData;
        }

        if (source.Length < FixedBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        var command = (VMessCommand)source[37];
        if (command is not (VMessCommand.Tcp or VMessCommand.Udp or VMessCommand.Mux))
        {
            return OperationStatus.InvalidData;
        }

        var length = FixedBytes;
        Destination? destination = null;
        if (command != VMessCommand.Mux)
        {
            var network = command == VMessCommand.Udp ? Network.Udp : Network.Tcp;
            var status = DestinationCodec.TryRead(source[length..], network, out destination, out var destinationBytes);
            if (status != OperationStatus.Done)
            {
                return status;
            }

            length += destinationBytes;
        }

        length += source[35] >> 4;
        if (source.Length < length + ChecksumBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        var options = (VMessBodyOptions)source[34];
        if (BinaryPrimitives.ReadUInt32BigEndian(source[length..]) != Fnv1a.Hash(source[..length])
            || FromWire(source[35] & 0x0F, options) is not { } security)
        {
            return OperationStatus.InvalidData;
        }

        consumed = length + ChecksumBytes;
        header = new VMessRequestHeader
        {
            BodyIv = source[IvOffset..KeyOffset].ToArray(),
            BodyKey = source[KeyOffset..CheckOffset].ToArray(),
            ResponseCheck = source[CheckOffset],
            Options = options,
            Security = security,
            Command = command,
            Destination = destination,
        };
        return OperationStatus.Done;
    }

    private static byte ToWire(VMessSecurity security) => security switch
    {
        VMessSecurity.LegacyCfb => 1,
        VMessSecurity.Aes128Gcm => 3,
        VMessSecurity.ChaCha20Poly1305 => 4,
        VMessSecurity.None or VMessSecurity.Zero => 5,
        _ => throw new ArgumentOutOfRangeException(nameof(security), security, "Not a security of the wire."),
    };

    private static VMessSecurity? FromWire(int security, VMessBodyOptions options) => security switch
    {
        0 or 1 => VMessSecurity.LegacyCfb,
        3 => VMessSecurity.Aes128Gcm,
        4 => VMessSecurity.ChaCha20Poly1305,
        5 => options.HasFlag(VMessBodyOptions.ChunkStream) ? VMessSecurity.None : VMessSecurity.Zero,
        _ => null,
    };
}
