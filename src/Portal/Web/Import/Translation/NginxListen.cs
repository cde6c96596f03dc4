using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A <c>listen</c> of a server.</summary>
/// <param name="Directive">Null where a server has none and listens on port 80.</param>
/// <param name="Address">An IP address, or the path of a Unix socket.</param>
/// <param name="Port">A port or a range of them; empty for a Unix socket.</param>
internal sealed record NginxListen(NginxDirective? Directive, string Address, string Port)
{
    private const string AnyIpv4 = "0.0.0.0";
    private const string AnyIpv6 = "::";
    private const string UsualPort = "80";

    /// <summary>They tune the socket, and the defaults here do.</summary>
    private static readonly string[] Tuning =
        ["http2", "spdy", "deferred", "bind", "reuseport", "ipv6only", "backlog", "so_keepalive", "fastopen", "rcvbuf", "sndbuf", "setfib", "accept_filter", "multipath"];

    public bool IsDefault { get; private init; }

    public bool IsTls { get; init; }

    public bool ProxyProtocol { get; private init; }

    /// <summary>Every IPv4 address, or every address.</summary>
    public static bool IsWildcard(string address) => address is AnyIpv4 or AnyIpv6;

    /// <summary>With what another one of the same server and listener says on top.</summary>
    public NginxListen And(NginxListen other) =>
        this with { IsDefault = IsDefault || other.IsDefault, IsTls = IsTls || other.IsTls, ProxyProtocol = ProxyProtocol || other.ProxyProtocol };

    /// <summary>What a server without <c>listen</c> does.</summary>
    public static NginxListen Usual { get; } = new(null, AnyIpv4, UsualPort);

    /// <summary>Reads the parameters; null, with a remark, where it cannot be listened so.</summary>
    public static NginxListen? Read(NginxDirective directive, ImportReport report)
    {
        report.Take(directive);
        var (address, port) = Split(directive.First);
        if (address is null)
        {
            report.LeaveOut(directive, "expected an address of this machine with a port; a name is not looked up, write the address itself");
            return null;
        }

        var listen = new NginxListen(directive, address, port);
        foreach (var parameter in directive.Parameters.Skip(1))
        {
            switch (parameter.Split('=')[0])
            {
                case "default_server" or "default":
                    listen = listen with { IsDefault = true };
                    break;
                case "ssl":
                    listen = listen with { IsTls = true };
                    break;
                case "proxy_protocol":
                    listen = listen with { ProxyProtocol = true };
                    break;
                case "quic" or "http3" or "udp":
                    report.LeaveOut(directive, "HTTP/3 is not spoken here; visitors use HTTP/2, which needs nothing");
                    return null;
                case var name when Tuning.Contains(name):
                    break;
                default:
                    report.Remark(directive, $"the parameter {PlainText.Shorten(parameter)} is left out; nothing here corresponds to it");
                    break;
            }
        }

        return listen;
    }

    /// <summary>The address is null where there is none.</summary>
    private static (string? Address, string Port) Split(string text)
    {
        if (text.StartsWith(ProxyUrl.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            var path = ProxyUrl.Path(text[ProxyUrl.UnixPrefix.Length..]);
            return (path.Length > 1 && path[0] == '/' ? path : null, string.Empty);
        }

        if (IsPort(text))
        {
            return (AnyIpv4, text);
        }

        var colon = text.LastIndexOf(':');
        var (host, port) = colon > text.LastIndexOf(']') ? (text[..colon], text[(colon + 1)..]) : (text, UsualPort);
        host = host switch
        {
            "*" => AnyIpv4,
            "localhost" => "127.0.0.1",
            ['[', .. var literal, ']'] => literal,
            _ => host,
        };
        return IsPort(port) && IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.AsSpan().Count('.') == 3)
            ? (address.ToString(), port)
            : (null, string.Empty);
    }

    /// <summary>A port from 1 to 65535, or two with a dash between them.</summary>
    private static bool IsPort(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2
            && Array.TrueForAll(ends, static end => ushort.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            && ushort.Parse(ends[0], CultureInfo.InvariantCulture) <= ushort.Parse(ends[^1], CultureInfo.InvariantCulture);
    }
}
