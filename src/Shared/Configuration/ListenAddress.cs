using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Tunnel.Shared.Configuration;

/// <summary>Where an inbound listens: an IP address, or the path of a Unix socket. Exactly one of the two is set.</summary>
public sealed record ListenAddress
{
    /// <summary>Every IPv4 address of the machine, V2Ray's default.</summary>
    public static readonly ListenAddress Any = new(IPAddress.Any);

    public ListenAddress(IPAddress ip)
    {
        ArgumentNullException.ThrowIfNull(ip);
        Ip = ip;
    }

    public ListenAddress(string unixPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(unixPath);
        UnixPath = unixPath;
    }

    /// <summary>The address; null for a Unix socket.</summary>
    public IPAddress? Ip { get; }

    /// <summary>The path beginning with <c>/</c>, or an abstract name beginning with <c>@</c>; null for an IP address.</summary>
    public string? UnixPath { get; }

    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLocal => Ip is null || IPAddress.IsLoopback(Ip);

    /// <summary>Reads an IP address with or without brackets, <c>localhost</c>, or a path that begins with <c>/</c> or <c>@</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        if (text.Length > 1 && text[0] is '/' or '@')
        {
            address = new ListenAddress(text);
        }
        else if (string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = new ListenAddress(IPAddress.Loopback);
        }
        else if (HostText.TryParseAddress(text, out var ip))
        {
            address = new ListenAddress(ip);
        }

        return address is not null;
    }

    public override string ToString() => UnixPath ?? Ip!.ToString();
}
