using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Tunnel.Mux;

/// <summary>A destination as V2Ray writes it, in VMess requests and in Mux.Cool's <c>New</c> frames alike.</summary>
/// <remarks>
/// <code>
/// offset size
/// 0      2    port, big endian
/// 2      1    address type: 1 IPv4, 2 domain, 3 IPv6
/// 3      n    4 bytes | 1 length byte (1 to 255) and as many characters of A-Z a-z 0-9 - . _ | 16 bytes
/// </code>
/// The network is not part of it. An IPv4-mapped IPv6 address is written, and read, as the IPv4 address. See docs/v2ray.md.
/// </remarks>
public static class DestinationCodec
{
    /// <summary>The longest encoding, in bytes: a domain of 255 characters.</summary>
    public const int MaxBytes = 2 + 1 + 1 + Destination.MaxHostLength;

    private const byte IPv4 = 1;
    private const byte Domain = 2;
    private const byte IPv6 = 3;
    private const int HeadBytes = 3;

    private static readonly SearchValues<char> DomainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>Whether the destination has an encoding: its host is an address, or a domain of the allowed characters.</summary>
    public static bool CanWrite(Destination destination) => destination.Address is not null || IsDomain(destination.Host);

    /// <summary>Writes the destination and returns the bytes written, at most <see cref="MaxBytes"/>.</summary>
    /// <exception cref="ArgumentException">The domain has a character that is not allowed, or <paramref name="output"/> is too short.</exception>
    public static int Write(Span<byte> output, Destination destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output, (ushort)destination.Port);
        var address = output[HeadBytes..];
        if (destination.Address is { } ip)
        {
            if (!ip.TryWriteBytes(address, out var length))
            {
                throw new ArgumentException("There is no room for the address.", nameof(output));
            }

            output[2] = length == 4 ? IPv4 : IPv6;
            return HeadBytes + length;
        }

        if (!IsDomain(destination.Host))
        {
            throw new ArgumentException("The domain has a character that V2Ray does not allow.", nameof(destination));
        }

        output[2] = Domain;
        address[0] = (byte)destination.Host.Length;
        return HeadBytes + 1 + Encoding.ASCII.GetBytes(destination.Host, address[1..]);
    }

    /// <summary>Reads one destination from the beginning of <paramref name="source"/>.</summary>
    /// <returns>
    /// <see cref="OperationStatus.Done"/>, <see cref="OperationStatus.NeedMoreData"/>, or <see cref="OperationStatus.InvalidData"/>
    /// for an unknown address type and for a domain that is empty or has a character that is not allowed.
    /// </returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> source, Network network, out Destination? destination, out int consumed)
    {
        destination = null;
        consumed = 0;
        if (source.Length < HeadBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(source);
        var type = source[2];
        var rest = source[HeadBytes..];
        if (type is not (IPv4 or Domain or IPv6))
        {
            return OperationStatus.InvalidData;
        }

        if (type == Domain && rest.IsEmpty)
        {
            return OperationStatus.NeedMoreData;
        }

        var lengthBytes = type == Domain ? 1 : 0;
        var length = type switch
        {
            IPv4 => 4,
            IPv6 => 16,
            _ => rest[0],
        };
        if (rest.Length < lengthBytes + length)
        {
            return OperationStatus.NeedMoreData;
        }

        var value = rest.Slice(lengthBytes, length);
        if (type == Domain)
        {
            var host = Encoding.Latin1.GetString(value);
            if (!IsDomain(host))
            {
                return OperationStatus.InvalidData;
            }

            destination = new Destination(network, host, port);
        }
        else
        {
            var address = new IPAddress(value);
            destination = new Destination(network, new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port));
        }

        consumed = HeadBytes + lengthBytes + length;
        return OperationStatus.Done;
    }

    private static bool IsDomain(string host) => host.Length is > 0 and <= Destination.MaxHostLength && !host.AsSpan().ContainsAnyExcept(DomainCharacters);
}
