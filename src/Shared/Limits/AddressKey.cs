using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Limits;

/// <summary>What counts as one host where hosts are counted.</summary>
internal static class AddressKey
{
    /// <summary>The address, of IPv6 its /64, which a host has whole (RFC 6177); null for what is not counted: this host, and what has no address.</summary>
    public static IPAddress? Of(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(address))
        {
            return null;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
