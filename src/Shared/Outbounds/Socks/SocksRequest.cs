using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Writes what a client says to a SOCKS5 proxy (RFC 1928, RFC 1929). Pure.</summary>
internal static class SocksRequest
{
    public const byte NoAuthentication = 0;
    public const byte UserAndPassword = 2;
    public const byte NoneAcceptable = 0xFF;

    private const byte Version = 5;
    private const byte AuthenticationVersion = 1;
    private const byte Connect = 1;
    private const byte Associate = 3;

    /// <summary>VER | NMETHODS | METHODS.</summary>
    public static byte[] Greeting(bool withUser) =>
        withUser ? [Version, 2, NoAuthentication, UserAndPassword] : [Version, 1, NoAuthentication];

    /// <summary>VER | ULEN | UNAME | PLEN | PASSWD.</summary>
    public static byte[] Authentication(ProxyUser user)
    {
        var name = Encoding.UTF8.GetBytes(user.Name);
        var password = Encoding.UTF8.GetBytes(user.Password.Export());
        return [AuthenticationVersion, (byte)name.Length, .. name, (byte)password.Length, .. password];
    }

    /// <summary>VER | CMD | RSV | ATYP | DST.ADDR | DST.PORT.</summary>
    /// <exception cref="ProxyException">The name is too long.</exception>
    public static byte[] ConnectTo(string host, int port) => [Version, Connect, 0, .. Address(host), (byte)(port >> 8), (byte)port];

    /// <summary>The same for UDP ASSOCIATE. From which address datagrams will come is left open: behind a NAT the client does not know.</summary>
    public static byte[] AssociateUdp() => [Version, Associate, 0, 1, 0, 0, 0, 0, 0, 0];

    /// <summary>RSV | RSV | FRAG | ATYP | DST.ADDR | DST.PORT: what stands in front of each datagram.</summary>
    /// <exception cref="ProxyException">The name is too long.</exception>
    public static byte[] DatagramHeader(string host, int port) => [0, 0, 0, .. Address(host), (byte)(port >> 8), (byte)port];

    /// <summary>ATYP | ADDR: 1 is IPv4, 4 is IPv6, 3 a name behind its length.</summary>
    private static byte[] Address(string host)
    {
        if (HostText.TryParseAddress(host, out var address))
        {
            var bytes = address.GetAddressBytes();
            return [(byte)(bytes.Length == 4 ? 1 : 4), .. bytes];
        }

        var name = Encoding.UTF8.GetBytes(host);
        return name.Length is > 0 and <= byte.MaxValue
            ? [3, (byte)name.Length, .. name]
            : throw new ProxyException($"cannot be told a name of {name.Length} bytes; SOCKS5 has room for 1 to 255");
    }
}
