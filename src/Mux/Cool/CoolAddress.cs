using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunnel.Mux.Cool;

/// <summary>Port and address as Mux.Cool and VMess write them.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    port, big-endian
/// 2      1    address type: 1 = IPv4 (4 bytes), 2 = domain (1 length byte and so many bytes), 3 = IPv6 (16 bytes)
/// 3      n    address
/// </code>
/// Domains consist of letters, digits, '-', '.' and '_'; one that is an IP literal becomes that address.
/// </remarks>
public static class CoolAddress
{
    /// <summary>The most bytes an address takes.</summary>
    public const int MaxSize = 2 + 1 + 1 + 255;

    private const byte TypeIpv4 = 1;
    private const byte TypeDomain = 2;
    private const byte TypeIpv6 = 3;
    private const int Fixed = 3;

    /// <summary>Writes into <paramref name="buffer"/>, which holds <see cref="MaxSize"/> bytes at least; returns the bytes written.</summary>
    public static int Write(Span<byte> buffer, Destination destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)destination.Port);
        if (destination.Address is { } address)
        {
            buffer[2] = address.AddressFamily == AddressFamily.InterNetwork ? TypeIpv4 : TypeIpv6;
            address.TryWriteBytes(buffer[Fixed..], out var length);
            return Fixed + length;
        }

        var bytes = Encoding.ASCII.GetBytes(destination.Host, buffer[(Fixed + 1)..]);
        buffer[2] = TypeDomain;
        buffer[Fixed] = (byte)bytes;
        return Fixed + 1 + bytes;
    }

    /// <summary>Reads a destination; null where the bytes are none. <paramref name="size"/> is the bytes it took.</summary>
    public static Destination? Read(ReadOnlySpan<byte> source, Network network, out int size)
    {
        size = 0;
        if (source.Length < Fixed + 1)
        {
            return null;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(source);
        var length = source[2] switch
        {
            TypeIpv4 => 4,
            TypeIpv6 => 16,
            TypeDomain => source[Fixed],
            _ => 0,
        };
        var start = source[2] == TypeDomain ? Fixed + 1 : Fixed;
        if (length == 0 || source.Length < start + length)
        {
            return null;
        }

        size = start + length;
        var bytes = source.Slice(start, length);
        if (source[2] != TypeDomain)
        {
            return new Destination(network, new IPEndPoint(new IPAddress(bytes), port));
        }

        return IsDomain(bytes) ? new Destination(network, Encoding.ASCII.GetString(bytes), port) : null;
    }

    private static bool IsDomain(ReadOnlySpan<byte> bytes)
    {
        foreach (var c in bytes)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'-' or (byte)'.' or (byte)'_'))
            {
                return false;
            }
        }

        return true;
    }
}
