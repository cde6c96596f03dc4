using System.Net;

namespace Tunnel.Mux;

/// <summary>Where a connection is meant to go: a network, a host that is an IP literal or a domain name, and a port from 0 to 65535.</summary>
/// <remarks>Port 0 names the interconnect itself: a bridge dials <c>virtual-domain:0</c>, as in V2Ray.</remarks>
public sealed record Destination
{
    /// <summary>The longest host that is accepted, in characters; DNS names end at 255.</summary>
    public const int MaxHostLength = 255;

    public Destination(Network network, string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(host.Length, MaxHostLength);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        Network = network;
        Host = host;
        Port = port;
        if (IPAddress.TryParse(host, out var address))
        {
            // An IPv4-mapped IPv6 address is the IPv4 address, as in V2Ray (specification section 1.1).
            Address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }
    }

    public Destination(Network network, IPEndPoint endPoint)
        : this(network, endPoint.Address.ToString(), endPoint.Port)
    {
    }

    public Network Network { get; }

    /// <summary>An IP literal without brackets, or a domain name.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>The host as an address; null where it is a domain name.</summary>
    public IPAddress? Address { get; }

    /// <summary><c>tcp:host:port</c>, with brackets around an IPv6 address.</summary>
    public override string ToString()
    {
        var network = Network == Network.Udp ? "udp" : "tcp";
        return Host.Contains(':', StringComparison.Ordinal) ? $"{network}:[{Host}]:{Port}" : $"{network}:{Host}:{Port}";
    }
}
