using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Portal.Web.Access;

/// <summary>Whom an address belongs to: an IPv4 address is one visitor, and so is an IPv6 network of 64 bits, the least that a line is given.</summary>
internal readonly record struct VisitorKey(ulong Network, bool IsIPv6)
{
    /// <summary>The key of an address; visitors without one (of a Unix socket) are one visitor.</summary>
    public static VisitorKey Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            address.TryWriteBytes(bytes, out _);
            return new VisitorKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsIPv6: true);
        }

        address.TryWriteBytes(bytes, out var length);
        return new VisitorKey(BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - 4)..]), IsIPv6: false);
    }
}
