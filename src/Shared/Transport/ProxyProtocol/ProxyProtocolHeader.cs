using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;

namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>
/// What a proxy says of a connection that it passes on: who opened it, and to which address. Without both, it says nothing of
/// it, and the connection is the proxy's own (<c>LOCAL</c>) or of a kind that has no such addresses (<c>UNKNOWN</c>).
/// </summary>
internal sealed record ProxyProtocolHeader
{
    /// <summary>Says nothing of anybody.</summary>
    public static readonly ProxyProtocolHeader Unknown = new();

    private ProxyProtocolHeader()
    {
    }

    /// <summary>Who opened the connection; IPv4 is never mapped to IPv6. Null where the header does not say.</summary>
    public IPEndPoint? Source { get; private init; }

    /// <summary>The address it was opened to; null exactly where <see cref="Source"/> is.</summary>
    public IPEndPoint? Destination { get; private init; }

    /// <summary>Of what kind it is.</summary>
    public Network Network { get; private init; } = Network.Tcp;

    /// <summary>A header that names both ends.</summary>
    public static ProxyProtocolHeader Of(IPEndPoint source, IPEndPoint destination, Network network = Network.Tcp) =>
        new() { Source = SocketAddresses.Unmap(source), Destination = SocketAddresses.Unmap(destination), Network = network };

    /// <summary>Both addresses in one family, as the wire wants them: where they differ, the IPv4 one is mapped to IPv6.</summary>
    public (IPAddress Source, IPAddress Destination) InOneFamily() =>
        Source!.AddressFamily == Destination!.AddressFamily
            ? (Source.Address, Destination.Address)
            : (Source.Address.MapToIPv6(), Destination.Address.MapToIPv6());

    /// <summary>Whether the addresses need the IPv6 form.</summary>
    public bool IsIPv6 => Source!.AddressFamily == AddressFamily.InterNetworkV6 || Destination!.AddressFamily == AddressFamily.InterNetworkV6;
}
