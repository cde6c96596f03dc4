using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>What SOCKS clients say and are answered: versions 4, 4a and 5 (RFC 1928, RFC 1929). Pure; nothing is read beyond a message.</summary>
internal static class SocksCodec
{
    public const byte Version4 = 4;
    public const byte Version5 = 5;

    /// <summary>More than the longest message of a client.</summary>
    public const int MaxMessage = 4 + 1 + 255 + 1 + 255;

    public const byte NoAuthentication = 0;
    public const byte UserAndPassword = 2;
    public const byte NoneAcceptable = 0xFF;

    private const byte AuthenticationVersion = 1;
    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    /// <summary>RSV and FRAG, in front of a datagram's address.</summary>
    private const int DatagramHead = 3;

    /// <summary>VER | NMETHODS | METHODS: whether the client offers no authentication, and whether user and password.</summary>
    public static OperationStatus ReadGreeting(ReadOnlySpan<byte> bytes, out (bool None, bool Password) offers, out int consumed)
    {
        offers = default;
        consumed = 0;
        if (bytes.Length < 2 || bytes.Length < 2 + bytes[1])
        {
            return OperationStatus.NeedMoreData;
        }

        var methods = bytes.Slice(2, bytes[1]);
        offers = (methods.Contains(NoAuthentication), methods.Contains(UserAndPassword));
        consumed = 2 + methods.Length;
        return OperationStatus.Done;
    }

    /// <summary>VER | ULEN | UNAME | PLEN | PASSWD.</summary>
    public static OperationStatus ReadPassword(ReadOnlySpan<byte> bytes, out (string User, string Password) given, out int consumed)
    {
        given = default;
        consumed = 0;
        if (bytes.Length > 0 && bytes[0] != AuthenticationVersion)
        {
            return OperationStatus.InvalidData;
        }

        if (bytes.Length < 2 || bytes.Length < 3 + bytes[1] || bytes.Length < 3 + bytes[1] + bytes[2 + bytes[1]])
        {
            return OperationStatus.NeedMoreData;
        }

        var user = bytes.Slice(2, bytes[1]);
        var password = bytes.Slice(3 + user.Length, bytes[2 + user.Length]);
        given = (Encoding.UTF8.GetString(user), Encoding.UTF8.GetString(password));
        consumed = 3 + user.Length + password.Length;
        return OperationStatus.Done;
    }

    /// <summary>VER | CMD | RSV | ATYP | DST.ADDR | DST.PORT.</summary>
    public static OperationStatus ReadRequest5(ReadOnlySpan<byte> bytes, out SocksRequest? request, out int consumed)
    {
        request = null;
        consumed = 0;
        if (bytes.Length > 0 && bytes[0] != Version5)
        {
            return OperationStatus.InvalidData;
        }

        if (bytes.Length < 4)
        {
            return OperationStatus.NeedMoreData;
        }

        var network = bytes[1] == (byte)SocksCommand.UdpAssociate ? Network.Udp : Network.Tcp;
        var status = ReadAddress(bytes[3..], network, out var destination, out var length);
        if (status == OperationStatus.Done)
        {
            request = new SocksRequest((SocksCommand)bytes[1], destination!, string.Empty);
            consumed = 3 + length;
        }

        return status;
    }

    /// <summary>VN | CD | DSTPORT | DSTIP | USERID | NUL, and NAME | NUL where the address is 0.0.0.x (SOCKS4a).</summary>
    public static OperationStatus ReadRequest4(ReadOnlySpan<byte> bytes, out SocksRequest? request, out int consumed)
    {
        const int Fixed = 8;
        request = null;
        consumed = 0;
        if (bytes.Length > 0 && bytes[0] != Version4)
        {
            return OperationStatus.InvalidData;
        }

        if (bytes.Length < Fixed)
        {
            return OperationStatus.NeedMoreData;
        }

        if (!TryReadText(bytes[Fixed..], out var user, out var userLength))
        {
            return bytes.Length > Fixed + byte.MaxValue ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
        }

        var address = bytes.Slice(4, 4);
        var host = new IPAddress(address).ToString();
        consumed = Fixed + userLength;
        if (address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0)
        {
            if (!TryReadText(bytes[consumed..], out host, out var nameLength))
            {
                var tooLong = bytes.Length - consumed > byte.MaxValue;
                consumed = 0;
                return tooLong ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
            }

            consumed += nameLength;
        }

        if (!HostText.IsHost(host))
        {
            consumed = 0;
            return OperationStatus.InvalidData;
        }

        request = new SocksRequest(
            (SocksCommand)bytes[1], new Destination(Network.Tcp, host, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])), user);
        return OperationStatus.Done;
    }

    /// <summary>VER | REP | RSV | ATYP | BND.ADDR | BND.PORT.</summary>
    public static byte[] Reply5(SocksReply reply, IPEndPoint? bound = null)
    {
        bound ??= new IPEndPoint(IPAddress.Any, 0);
        return [Version5, (byte)reply, 0, .. Address(bound)];
    }

    /// <summary>VN (zero) | CD | DSTPORT | DSTIP.</summary>
    public static byte[] Reply4(bool granted) => [0, (byte)(granted ? 90 : 91), 0, 0, 0, 0, 0, 0];

    /// <summary>VER | STATUS of the answer to a password.</summary>
    public static byte[] PasswordReply(bool isRight) => [AuthenticationVersion, (byte)(isRight ? 0 : 1)];

    /// <summary>RSV | FRAG | ATYP | DST.ADDR | DST.PORT | DATA: the destination and where the data begins; fragments are invalid, as RFC 1928 allows.</summary>
    public static bool TryReadDatagram(ReadOnlySpan<byte> bytes, out Destination? destination, out int dataStart)
    {
        destination = null;
        dataStart = 0;
        if (bytes.Length < DatagramHead || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 0
            || ReadAddress(bytes[DatagramHead..], Network.Udp, out destination, out var length) != OperationStatus.Done)
        {
            return false;
        }

        dataStart = DatagramHead + length;
        return true;
    }

    /// <summary>What stands in front of a datagram from a destination.</summary>
    public static byte[] DatagramHeader(Destination from) => [0, 0, 0, .. Address(from)];

    private static OperationStatus ReadAddress(ReadOnlySpan<byte> bytes, Network network, out Destination? destination, out int consumed)
    {
        destination = null;
        consumed = 0;
        if (bytes.IsEmpty || (bytes[0] == Name && bytes.Length < 2))
        {
            return OperationStatus.NeedMoreData;
        }

        var (start, length) = bytes[0] switch
        {
            IPv4 => (1, 4),
            IPv6 => (1, 16),
            Name => (2, bytes[1]),
            _ => (0, 0),
        };
        if (length == 0)
        {
            return OperationStatus.InvalidData;
        }

        if (bytes.Length < start + length + 2)
        {
            return OperationStatus.NeedMoreData;
        }

        var value = bytes.Slice(start, length);
        string host;
        if (bytes[0] == Name)
        {
            host = Encoding.Latin1.GetString(value);
            if (!IsName(value) || !HostText.IsHost(host))
            {
                return OperationStatus.InvalidData;
            }
        }
        else
        {
            var address = new IPAddress(value);
            host = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }

        destination = new Destination(network, host, BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + length)..]));
        consumed = start + length + 2;
        return OperationStatus.Done;
    }

    /// <summary>Names are ASCII on the wire; anything else means something different to everybody.</summary>
    private static bool IsName(ReadOnlySpan<byte> value) => Ascii.IsValid(value);

    private static bool TryReadText(ReadOnlySpan<byte> bytes, out string text, out int consumed)
    {
        var end = bytes.IndexOf((byte)0);
        text = end is >= 0 and <= byte.MaxValue ? Encoding.Latin1.GetString(bytes[..end]) : string.Empty;
        consumed = end + 1;
        return end is >= 0 and <= byte.MaxValue;
    }

    private static byte[] Address(IPEndPoint endPoint)
    {
        var address = endPoint.Address.GetAddressBytes();
        return [address.Length == 4 ? IPv4 : IPv6, .. address, (byte)(endPoint.Port >> 8), (byte)endPoint.Port];
    }

    private static byte[] Address(Destination destination)
    {
        if (destination.Address is { } address)
        {
            return Address(new IPEndPoint(address, destination.Port));
        }

        var name = Encoding.ASCII.GetBytes(destination.Host);
        return [Name, (byte)name.Length, .. name, (byte)(destination.Port >> 8), (byte)destination.Port];
    }
}
