using System.Globalization;
using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Http;

/// <summary>Writes a CONNECT request (RFC 9110, section 9.3.6). Pure.</summary>
internal static class ConnectRequest
{
    private static readonly IdnMapping Idn = new();

    /// <summary>The whole head.</summary>
    /// <exception cref="ProxyException">The host cannot stand in a request.</exception>
    public static byte[] Of(string host, int port, ProxyUser? user)
    {
        var authority = HostText.Join(ToAscii(host), port);
        var request = new StringBuilder("CONNECT ").Append(authority).Append(" HTTP/1.1\r\nHost: ").Append(authority).Append("\r\n");
        if (user is not null)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Name}:{user.Password.Export()}"));
            request.Append("Proxy-Authorization: Basic ").Append(credentials).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }

    /// <summary>A name comes from a visitor or from the other side: what could end the line or begin another field is refused.</summary>
    private static string ToAscii(string host)
    {
        if (HostText.IsHost(host))
        {
            try
            {
                var ascii = host.Any(static character => character > '~') ? Idn.GetAscii(host) : host;
                if (ascii.All(static character => character is > ' ' and <= '~'))
                {
                    return ascii;
                }
            }
            catch (ArgumentException)
            {
                // Said below.
            }
        }

        throw new ProxyException($"cannot be asked for '{Describe.Shorten(host)}', which is neither a name nor an IP address");
    }
}
