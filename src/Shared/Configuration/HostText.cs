using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Configuration;

/// <summary>Hosts and ports as people write them.</summary>
internal static class HostText
{
    public const int MaxPort = 65535;

    /// <summary>
    /// Reads an IP literal, optionally in brackets; an IPv4-mapped IPv6 address becomes the IPv4 address, as in V2Ray.
    /// Shorthands such as <c>127.1</c> or <c>80</c>, which the system's parser takes for addresses, are not addresses here.
    /// </summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (text.Length > 2 && text[0] == '[' && text[^1] == ']')
        {
            text = text[1..^1];
        }

        if (!IPAddress.TryParse(text, out address))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return text.AsSpan().Count('.') == 3;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return true;
    }

    /// <summary>Whether <paramref name="text"/> can be dialled: an IP literal without brackets, or a name without blanks and separators.</summary>
    public static bool IsHost(string text)
    {
        if (text.Length is 0 or > Mux.Destination.MaxHostLength)
        {
            return false;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TryParseAddress(text, out _) && text[0] != '[';
        }

        foreach (var character in text)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character) || "/\\@[]?#,\"'".Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a host is this machine: a loopback address or <c>localhost</c>.</summary>
    public static bool IsLocal(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (TryParseAddress(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Splits <c>host:port</c>, <c>[IPv6]:port</c> or <c>:port</c>; the host may be empty and carries no brackets.</summary>
    public static bool TrySplit(string text, out string host, out int port)
    {
        host = string.Empty;
        port = 0;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !TryParsePort(text.AsSpan(colon + 1), out port))
        {
            return false;
        }

        host = text[..colon];
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']')
        {
            host = host[1..^1];
            return host.Contains(':', StringComparison.Ordinal) && IsHost(host);
        }

        // Without brackets a colon in the host would be ambiguous.
        return host.Length == 0 || (!host.Contains(':', StringComparison.Ordinal) && IsHost(host));
    }

    public static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= MaxPort;

    /// <summary><c>host:port</c>, with brackets around an IPv6 address.</summary>
    public static string Join(string host, int port) =>
        host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
