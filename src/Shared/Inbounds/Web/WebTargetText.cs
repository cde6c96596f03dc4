using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads the URL of a target, as nginx's <c>proxy_pass</c> writes it.</summary>
internal static class WebTargetText
{
    private const string UnixPrefix = "unix:";

    private static readonly (string Prefix, WebTargetScheme Scheme, int Port)[] Schemes =
    [
        ("http://", WebTargetScheme.Http, 80),
        ("https://", WebTargetScheme.Https, 443),
        ("h2c://", WebTargetScheme.H2c, 80),
    ];

    /// <summary>Reads <c>http://host[:port][/uri]</c> or <c>http://unix:/path[:/uri]</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out WebTarget? target, [NotNullWhen(false)] out string? error)
    {
        (target, error) = (null, null);
        var (prefix, scheme, usualPort) = Array.Find(Schemes, item => text.StartsWith(item.Prefix, StringComparison.OrdinalIgnoreCase));
        if (prefix is null)
        {
            error = "expected 'http://host:port', 'https://host', 'h2c://host:port' or 'http://unix:/path', each with a URI behind it where the path is to be replaced";
            return false;
        }

        var rest = text[prefix.Length..];
        if (rest.Contains('$', StringComparison.Ordinal))
        {
            error = "a target cannot have variables; name it, or give a route to each";
            return false;
        }

        if (rest.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return TryParseUnix(rest[UnixPrefix.Length..], scheme, out target, out error);
        }

        var slash = rest.AsSpan().IndexOfAny("/?#");
        var authority = slash < 0 ? rest : rest[..slash];
        var uri = slash < 0 ? null : rest[slash..];
        if (!TrySplit(authority, usualPort, out var host, out var port))
        {
            error = "expected a host, and a port where it is not the usual one: 'http://127.0.0.1:8080', 'http://[::1]:8080'";
            return false;
        }

        error = CheckUri(uri);
        target = error is null ? new WebTarget { Scheme = scheme, Host = host, Port = port, Uri = uri } : null;
        return error is null;
    }

    private static bool TryParseUnix(string rest, WebTargetScheme scheme, [NotNullWhen(true)] out WebTarget? target, [NotNullWhen(false)] out string? error)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var path = colon < 0 ? rest : rest[..colon];
        var uri = colon < 0 ? null : rest[(colon + 1)..];
        error = path.Length == 0 || path[0] is not ('/' or '@')
            ? "expected the path of a Unix socket, 'http://unix:/run/app.sock', and a URI behind a colon where the path is to be replaced"
            : CheckUri(uri);
        target = error is null ? new WebTarget { Scheme = scheme, Host = "localhost", UnixPath = path, Uri = uri } : null;
        return error is null;
    }

    private static bool TrySplit(string authority, int usualPort, out string host, out int port)
    {
        if (HostText.TrySplit(authority, out host, out port))
        {
            return host.Length > 0 && port > 0;
        }

        port = usualPort;
        host = authority.Length > 2 && authority[0] == '[' && authority[^1] == ']' ? authority[1..^1] : authority;
        return HostText.IsHost(host) && host.Contains(':', StringComparison.Ordinal) == authority.StartsWith('[');
    }

    private static string? CheckUri(string? uri) => uri switch
    {
        null => null,
        "" => "expected a URI behind the colon, such as '/'",
        _ when uri[0] != '/' || uri.AsSpan().ContainsAny('?', '#') => "the URI of a target is a path; it has no query and no fragment, the visitor's query is kept",
        _ when uri.Any(static character => character is <= ' ' or > '~') => "the URI of a target is printable ASCII without blanks; write other characters as %XX",
        _ => null,
    };
}
