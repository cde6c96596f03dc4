using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>The header that SOCKS5 puts in front of each datagram. Datagrams from anybody but the association's client are dropped.</summary>
internal sealed class SocksEnvelope(IPAddress? client) : IDatagramEnvelope
{
    private static readonly IPEndPoint AnyIPv4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint AnyIPv6 = new(IPAddress.IPv6Any, 0);

    public int MaxHeader => 3 + 1 + 1 + Destination.MaxHostLength + 2;

    public bool TryOpen(ReadOnlySpan<byte> packet, SocketAddress source, out Destination? destination, out int header)
    {
        destination = null;
        header = 0;
        return IsClient(source) && SocksCodec.TryReadDatagram(packet, out destination, out header);
    }

    public int WriteHeader(Span<byte> span, Destination? destination)
    {
        var header = SocksCodec.DatagramHeader(destination!);
        header.CopyTo(span);
        return header.Length;
    }

    private bool IsClient(SocketAddress source)
    {
        var any = source.Family == System.Net.Sockets.AddressFamily.InterNetwork ? AnyIPv4 : AnyIPv6;
        var address = ((IPEndPoint)any.Create(source)).Address;
        return client is not null && (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Equals(client);
    }
}
