using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Tunnel;

namespace Tunnel.Shared.Configuration;

/// <summary>The short form of a portal or a bridge, expanded into the long form without a configuration file.</summary>
public static class ShortForm
{
    /// <summary>A portal: bridges connect to <paramref name="listen"/> with <paramref name="key"/>, visitors to <paramref name="publics"/>.</summary>
    /// <exception cref="ArgumentException">The domain cannot be a virtual domain, or there is no public endpoint.</exception>
    public static TunnelConfig Portal(string domain, ListenEndpoint listen, InterconnectKey key, IReadOnlyList<ListenEndpoint> publics)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(key);
        CheckDomain(domain);
        if (publics is null or { Count: 0 })
        {
            throw new ArgumentException("A portal needs a public endpoint, where visitors connect.", nameof(publics));
        }

        var portal = new ShortPortal
        {
            Tag = "portal",
            Domain = domain,
            Listen = listen,
            Key = key,
            KeyReference = SecretReference.Inline,
            Publics = [.. publics],
        };
        return Build(ShortFormExpander.Expand([portal], []));
    }

    /// <summary>A bridge: it dials the portal that <paramref name="join"/> names with <paramref name="key"/>, and visitors reach <paramref name="target"/>.</summary>
    /// <param name="domain">The virtual domain, the portal's.</param>
    /// <param name="join">Host and port of the portal; its key is not looked at, see <see cref="KeyText"/>.</param>
    /// <param name="key">The secret shared with the portal.</param>
    /// <param name="target">The service, see <see cref="TryParseTarget"/>.</param>
    /// <exception cref="ArgumentException">The domain cannot be a virtual domain, or the join string has no port to dial.</exception>
    public static TunnelConfig Bridge(string domain, JoinString join, InterconnectKey key, RedirectTarget target)
    {
        ArgumentNullException.ThrowIfNull(join);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(target);
        CheckDomain(domain);
        if (join.Port == 0)
        {
            throw new ArgumentException("Port 0 cannot be dialled.", nameof(join));
        }

        var bridge = new ShortBridge
        {
            Tag = "bridge",
            Domain = domain,
            Servers = [new TunnelServer { Address = join.Host, Port = join.Port, Key = key }],
            Target = target,
        };
        return Build(ShortFormExpander.Expand([], [bridge]));
    }

    /// <summary>Reads a service to forward to: <c>80</c> (on this machine), <c>host:80</c>, <c>[IPv6]:80</c> or <c>unix:/path</c>.</summary>
    public static bool TryParseTarget(string text, [NotNullWhen(true)] out RedirectTarget? target, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (HostText.TryParsePort(text, out var port))
        {
            target = new RedirectTarget { Host = "127.0.0.1", Port = port };
        }
        else if (RedirectTarget.TryParse(text, out target) && target.UnixPath is null && target.Host is null && text.StartsWith(':'))
        {
            target = target with { Host = "127.0.0.1" };
        }

        var complete = target is { UnixPath: not null } or { Host: not null, Port: > 0 };
        error = complete ? null : "expected the service to forward to, such as '80', '127.0.0.1:80', '[::1]:80' or 'unix:/run/web.sock'";
        target = complete ? target : null;
        return complete;
    }

    private static void CheckDomain(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (VirtualDomain.Check(domain) is { } complaint)
        {
            throw new ArgumentException(complaint, nameof(domain));
        }
    }

    private static TunnelConfig Build(Expansion expansion) => new()
    {
        Inbounds = [.. expansion.Inbounds.Select(static item => item.Inbound)],
        Outbounds = [.. expansion.Outbounds.Select(static item => item.Outbound)],
        Routing = new RoutingConfig { Rules = [.. expansion.InterconnectRules, .. expansion.TrafficRules] },
        Reverse = new ReverseConfig { Bridges = [.. expansion.Bridges], Portals = [.. expansion.Portals] },
    };
}
