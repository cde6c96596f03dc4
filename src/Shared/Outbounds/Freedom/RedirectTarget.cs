using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>
/// What <c>redirect</c> replaces in a destination: the host, the port, both, or everything by a Unix socket.
/// </summary>
public sealed record RedirectTarget
{
    /// <summary>The host to use, an IP literal without brackets or a name; null keeps the destination's own.</summary>
    public string? Host { get; init; }

    /// <summary>The port to use, 1 to 65535; null keeps the destination's own.</summary>
    public int? Port { get; init; }

    /// <summary>A Unix socket, which replaces host and port; null for TCP. A name beginning with <c>@</c> is abstract.</summary>
    public string? UnixPath { get; init; }

    /// <summary>
    /// Reads <c>host:port</c>, <c>:port</c> (keep the host), <c>host:0</c> (keep the port), <c>[IPv6]:port</c> or
    /// <c>unix:/path</c>. Host <c>0.0.0.0</c> keeps the host too, as in V2Ray.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RedirectTarget? target)
    {
        ArgumentNullException.ThrowIfNull(text);
        target = null;
        text = text.Trim();
        if (text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            var path = text[5..];
            if (path.Length > 1 && path[0] is '/' or '@')
            {
                target = new RedirectTarget { UnixPath = path };
            }
        }
        else if (HostText.TrySplit(text, out var host, out var port))
        {
            target = new RedirectTarget
            {
                Host = host.Length == 0 || host == "0.0.0.0" ? null : host,
                Port = port == 0 ? null : port,
            };
        }

        return target is not null;
    }

    public override string ToString() => UnixPath is null ? HostText.Join(Host ?? string.Empty, Port ?? 0) : "unix:" + UnixPath;
}
