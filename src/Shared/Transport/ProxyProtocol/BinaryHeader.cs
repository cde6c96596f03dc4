using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using Tunnel.Mux;

namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>Version 2: 16 bytes, two addresses, extensions.</summary>
/// <remarks>
/// <code>
///  0  signature, 12 bytes
/// 12  version (2) in the high half, command in the low one: 0 LOCAL, 1 PROXY
/// 13  family in the high half: 0 none, 1 IPv4, 2 IPv6, 3 Unix; kind in the low one: 0 none, 1 stream, 2 datagrams
/// 14  length of what follows, big-endian
/// 16  source address, destination address, source port, destination port, big-endian; of Unix: two paths of 108 bytes
///  …  extensions: type (1), length (2, big-endian), value
/// </code>
/// Behind LOCAL, and behind a family that is not given, everything is skipped.
/// </remarks>
internal static class BinaryHeader
{
    private const int FixedBytes = 16;
    private const byte Local = 0x20;
    private const byte Proxy = 0x21;
    private const int IPv4Bytes = 4;
    private const int IPv6Bytes = 16;
    private const int PortsBytes = 4;
    private const int UnixBytes = 2 * 108;
    private const int ExtensionHeadBytes = 3;
    private const byte ChecksumExtension = 0x03;

    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads what begins like <see cref="Signature"/>.</summary>
    public static ProxyProtocolParse Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 12 && bytes[12] is not (Local or Proxy))
        {
            return ProxyProtocolParse.Invalid($"a PROXY header of version {bytes[12] >> 4} with command {bytes[12] & 0xF}; only version 2 with commands 0 and 1 is known");
        }

        if (bytes.Length < FixedBytes)
        {
            return ProxyProtocolParse.Incomplete;
        }

        var length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (length > ProxyProtocolCodec.MaxBytes)
        {
            return ProxyProtocolParse.Invalid($"a PROXY header of {length} bytes; at most {ProxyProtocolCodec.MaxBytes} are read");
        }

        var silent = bytes[12] == Local || bytes[13] == 0;
        var addresses = silent ? 0 : AddressBytes(bytes[13]);
        if (addresses < 0)
        {
            return ProxyProtocolParse.Invalid($"a PROXY header of the unknown family 0x{bytes[13]:x2}");
        }

        if (length < FixedBytes + addresses)
        {
            return ProxyProtocolParse.Invalid("a PROXY header that is too short for its addresses");
        }

        if (bytes.Length < length)
        {
            return ProxyProtocolParse.Incomplete;
        }

        bytes = bytes[..length];
        if (silent)
        {
            return ProxyProtocolParse.Complete(ProxyProtocolHeader.Unknown, length);
        }

        return CheckExtensions(bytes, FixedBytes + addresses) is { } complaint
            ? ProxyProtocolParse.Invalid(complaint)
            : ProxyProtocolParse.Complete(ReadAddresses(bytes), length);
    }

    public static byte[] Encode(ProxyProtocolHeader header)
    {
        if (header.Source is null)
        {
            return [.. Signature, Local, 0, 0, 0];
        }

        var (source, destination) = header.InOneFamily();
        var size = header.IsIPv6 ? IPv6Bytes : IPv4Bytes;
        var bytes = new byte[FixedBytes + (2 * size) + PortsBytes];
        var span = bytes.AsSpan();
        Signature.CopyTo(span);
        span[12] = Proxy;
        span[13] = (byte)((header.IsIPv6 ? 0x20 : 0x10) | (header.Network == Network.Udp ? 2 : 1));
        BinaryPrimitives.WriteUInt16BigEndian(span[14..], (ushort)(bytes.Length - FixedBytes));
        source.TryWriteBytes(span[FixedBytes..], out _);
        destination.TryWriteBytes(span[(FixedBytes + size)..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(span[^4..], (ushort)header.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(span[^2..], (ushort)header.Destination!.Port);
        return bytes;
    }

    private static int AddressBytes(byte family) => family switch
    {
        0x11 or 0x12 => (2 * IPv4Bytes) + PortsBytes,
        0x21 or 0x22 => (2 * IPv6Bytes) + PortsBytes,
        0x31 or 0x32 => UnixBytes,
        _ => -1,
    };

    /// <summary>A Unix socket's path is nobody's address.</summary>
    private static ProxyProtocolHeader ReadAddresses(ReadOnlySpan<byte> bytes)
    {
        if (bytes[13] >> 4 == 3)
        {
            return ProxyProtocolHeader.Unknown;
        }

        var size = bytes[13] >> 4 == 1 ? IPv4Bytes : IPv6Bytes;
        var rest = bytes[FixedBytes..];
        var ports = rest[(2 * size)..];
        return ProxyProtocolHeader.Of(
            new IPEndPoint(new IPAddress(rest[..size]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(rest[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])),
            (bytes[13] & 0xF) == 2 ? Network.Udp : Network.Tcp);
    }

    /// <summary>Null when every extension lies within the header, and a checksum, where there is one, is right.</summary>
    private static string? CheckExtensions(ReadOnlySpan<byte> bytes, int offset)
    {
        while (offset < bytes.Length)
        {
            var value = offset + ExtensionHeadBytes;
            var size = value > bytes.Length ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes[(offset + 1)..]);
            if (size > bytes.Length - value)
            {
                return "a PROXY header whose extensions do not fit into it";
            }

            if (bytes[offset] == ChecksumExtension && (size != sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(bytes[value..]) != Checksum(bytes, value)))
            {
                return "a PROXY header whose checksum is wrong";
            }

            offset = value + size;
        }

        return null;
    }

    /// <summary>CRC-32C of the header, its own place taken for zeros.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes, int place)
    {
        var crc = uint.MaxValue;
        for (var index = 0; index < bytes.Length; index++)
        {
            crc = BitOperations.Crc32C(crc, index >= place && index < place + sizeof(uint) ? (byte)0 : bytes[index]);
        }

        return ~crc;
    }
}
