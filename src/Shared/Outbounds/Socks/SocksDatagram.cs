using System.Buffers.Binary;
using System.Net;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Reads what stands in front of a datagram from a SOCKS5 proxy (RFC 1928, section 7). Pure.</summary>
internal static class SocksDatagram
{
    /// <summary>RSV | RSV | FRAG | ATYP.</summary>
    private const int FixedBytes = 4;

    /// <summary>Takes the header off; false for what must be dropped: a fragment, or what is no datagram of SOCKS5.</summary>
    /// <param name="packet">What arrived.</param>
    /// <param name="from">Who sent it; null where the proxy gave a name.</param>
    /// <param name="port">The sender's port.</param>
    /// <param name="header">How many bytes stand in front of the datagram.</param>
    public static bool TryOpen(ReadOnlySpan<byte> packet, out IPAddress? from, out int port, out int header)
    {
        from = null;
        port = 0;
        header = 0;
        if (packet.Length <= FixedBytes || packet[2] != 0)
        {
            return false;
        }

        var (start, length) = packet[3] switch
        {
            1 => (FixedBytes, 4),
            4 => (FixedBytes, 16),
            3 => (FixedBytes + 1, packet[FixedBytes]),
            _ => (0, -1),
        };
        if (length < 0 || packet.Length < start + length + sizeof(ushort))
        {
            return false;
        }

        from = start == FixedBytes ? new IPAddress(packet.Slice(start, length)) : null;
        port = BinaryPrimitives.ReadUInt16BigEndian(packet[(start + length)..]);
        header = start + length + sizeof(ushort);
        return true;
    }
}
