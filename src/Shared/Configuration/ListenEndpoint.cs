using System.Diagnostics.CodeAnalysis;
using Tunnel.Mux;

namespace Tunnel.Shared.Configuration;

/// <summary>An address to listen on with its port, as the short form and the command line write it.</summary>
/// <param name="Address">The IP address or Unix socket.</param>
/// <param name="Port">0 to 65535, 0 lets the system choose; 0 for a Unix socket.</param>
public sealed record ListenEndpoint(ListenAddress Address, int Port)
{
    private const string UdpPrefix = "udp://";

    /// <summary>Whether connections are listened for, or datagrams.</summary>
    public Network Network { get; init; } = Network.Tcp;

    /// <summary>
    /// Reads <c>8080</c>, <c>:8080</c>, <c>0.0.0.0:8080</c>, <c>[::]:8080</c>, <c>localhost:8080</c>, <c>/path</c>, <c>@name</c> or
    /// <c>unix:/path</c>; and for datagrams <c>udp://</c> in front of a port or of an address with a port.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenEndpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        endpoint = null;
        error = null;
        text = text.Trim();
        if (text.StartsWith(UdpPrefix, StringComparison.OrdinalIgnoreCase))
        {
            if (TryParse(text[UdpPrefix.Length..], out endpoint, out error) && endpoint is { Network: Network.Tcp, Address.UnixPath: null })
            {
                endpoint = endpoint with { Network = Network.Udp };
                return true;
            }

            endpoint = null;
            error ??= $"expected a port or an address with a port behind {UdpPrefix}, such as '{UdpPrefix}0.0.0.0:53'";
            return false;
        }

        var path = text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? text[5..] : text;
        if (path.Length > 1 && path[0] is '/' or '@')
        {
            endpoint = new ListenEndpoint(new ListenAddress(path), 0);
        }
        else if (HostText.TryParsePort(text, out var port))
        {
            endpoint = new ListenEndpoint(ListenAddress.Any, port);
        }
        else if (!HostText.TrySplit(text, out var host, out port))
        {
            error = "expected an address to listen on, such as '8080', '127.0.0.1:8080', '[::]:8080' or 'unix:/run/web.sock'";
        }
        else if (host.Length == 0)
        {
            endpoint = new ListenEndpoint(ListenAddress.Any, port);
        }
        else if (ListenAddress.TryParse(host, out var address))
        {
            endpoint = new ListenEndpoint(address, port);
        }
        else
        {
            error = $"'{host}' is a name, and a program listens on addresses of its own machine; write an IP address, or 0.0.0.0 for all of them";
        }

        return error is null && endpoint is not null;
    }

    public override string ToString() => Address.UnixPath ?? (Network == Network.Udp ? UdpPrefix : string.Empty) + HostText.Join(Address.ToString(), Port);
}
