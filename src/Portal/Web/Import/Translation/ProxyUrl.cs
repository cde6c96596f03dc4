using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What <c>proxy_pass</c> or <c>grpc_pass</c> names.</summary>
/// <param name="Scheme">Ours: <c>http</c>, <c>https</c>, <c>h2c</c>.</param>
/// <param name="Authority"><c>host</c>, <c>host:port</c> or <c>unix:/path</c>; an upstream's name is a host without a port.</param>
/// <param name="Uri">What the location's path is replaced with; null where the request's URI goes as it came.</param>
internal sealed record ProxyUrl(string Scheme, string Authority, string? Uri)
{
    public const string UnixPrefix = "unix:";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Of two that begin alike the longer one first; <c>grpc</c> needs HTTP/2, which <c>https</c> agrees on by itself.</summary>
    private static readonly (string Prefix, string Scheme)[] Schemes =
        [("http://", "http"), ("https://", "https"), ("grpc://", "h2c"), ("grpcs://", "https")];

    /// <summary>Reads the parameter; without a scheme, <paramref name="usualScheme"/> counts where it is given.</summary>
    public static bool TryParse(string text, string? usualScheme, [NotNullWhen(true)] out ProxyUrl? url)
    {
        var known = Array.FindIndex(Schemes, item => text.StartsWith(item.Prefix, StringComparison.OrdinalIgnoreCase));
        var scheme = known < 0 ? usualScheme ?? string.Empty : Schemes[known].Scheme;
        var rest = known < 0 ? text : text[Schemes[known].Prefix.Length..];
        url = null;
        if (scheme.Length == 0 || rest.Length == 0 || rest.Any(static character => character is <= ' ' or > '~' or '$' or '"' or '\\' or '<' or '>' or '{' or '}'))
        {
            return false;
        }

        if (rest.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            var path = rest[UnixPrefix.Length..];
            var colon = path.IndexOf(':', StringComparison.Ordinal);
            var uri = colon < 0 ? null : path[(colon + 1)..];
            url = path.StartsWith('/') ? new ProxyUrl(scheme, UnixPrefix + Path(colon < 0 ? path : path[..colon]), uri?.Length == 0 ? null : uri) : null;
        }
        else
        {
            var slash = rest.AsSpan().IndexOfAny('/', '?', '#');
            var authority = slash < 0 ? rest : rest[..slash];
            url = authority.Length == 0 ? null : new ProxyUrl(scheme, authority, slash < 0 ? null : rest[slash..]);
        }

        return url is { Uri: null } || (url?.Uri is ['/', ..] path2 && !path2.AsSpan().ContainsAny('?', '#'));
    }

    /// <summary>The target as our configuration has it, at another address where it is an upstream's server.</summary>
    public string At(string address) =>
        address.StartsWith(UnixPrefix, StringComparison.Ordinal) && Uri is not null ? $"{Scheme}://{address}:{Uri}" : $"{Scheme}://{address}{Uri}";

    /// <summary>Whether an address can be dialled: a name or an IPv4 address, an IPv6 address in brackets, each with a port or without, or a Unix socket.</summary>
    public static bool IsAddress(string address)
    {
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return address.Length > UnixPrefix.Length + 1 && address[UnixPrefix.Length] == '/' && address.All(static character => character is > ' ' and <= '~' and not ('"' or '\\' or '$'));
        }

        var colon = address.LastIndexOf(':') is >= 0 and var last && last > address.LastIndexOf(']') ? last : address.Length;
        var host = address.AsSpan(0, colon);
        var isHost = host is ['[', .. var literal, ']']
            ? literal.Contains(':') && IPAddress.TryParse(literal, out _)
            : host.Length is > 0 and <= 255 && !host.ContainsAnyExcept(HostCharacters);
        return isHost && (colon == address.Length || (ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0));
    }

    /// <summary>A path with single slashes: <c>unix:///run/app.sock</c> is often written.</summary>
    public static string Path(string text)
    {
        var path = text;
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path;
    }
}
