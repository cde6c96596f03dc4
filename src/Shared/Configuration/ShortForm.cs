using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Freedom;

namespace Tunnel.Shared.Configuration;

/// <summary>The short form of a portal or a bridge, expanded into the long form without a configuration file.</summary>
public static class ShortForm
{
    /// <summary>A portal: bridges connect to <paramref name="listen"/> with <paramref name="key"/>, visitors to <paramref name="publics"/>.</summary>
    /// <exception cref="ArgumentException">The domain cannot be a virtual domain, or there is no public endpoint.</exception>
    public static TunnelConfig Portal(string domain, ListenEndpoint listen, InterconnectKey key, IReadOnlyList<ListenEndpoint> publics) =>
        throw new NotSupportedException("Not written yet.");

    /// <summary>A bridge: it dials the portal that <paramref name="join"/> names with <paramref name="key"/>, and visitors reach <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">The domain cannot be a virtual domain, or the join string has no port to dial.</exception>
    public static TunnelConfig Bridge(string domain, JoinString join, InterconnectKey key, RedirectTarget target) =>
        throw new NotSupportedException("Not written yet.");
}
