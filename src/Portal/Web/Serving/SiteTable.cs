using System.Collections.Frozen;
using System.Collections.Immutable;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Which site a Host belongs to: the one that has this name, the one with the longest wildcard above it, or the default one.</summary>
internal sealed class SiteTable
{
    private const string Wildcard = "*.";

    private readonly FrozenDictionary<string, int> _names;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _wildcards;
    private readonly int _default;

    /// <param name="sites">At least one. The default is the one for <see cref="WebSite.AnyHost"/>, or else the first.</param>
    public SiteTable(ImmutableArray<WebSite> sites)
    {
        var hosts = sites.SelectMany(static (site, index) => site.Hosts.Select(host => (Host: host, Index: index))).ToList();
        _names = hosts.Where(static item => !item.Host.StartsWith(Wildcard, StringComparison.Ordinal)).DistinctBy(static item => item.Host)
            .ToFrozenDictionary(static item => item.Host, static item => item.Index, StringComparer.Ordinal);
        _wildcards = hosts.Where(static item => item.Host.StartsWith(Wildcard, StringComparison.Ordinal)).DistinctBy(static item => item.Host)
            .ToFrozenDictionary(static item => item.Host[1..], static item => item.Index, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        var any = sites.IndexOf(sites.FirstOrDefault(static site => site.Hosts.IsEmpty || site.Hosts.Contains(WebSite.AnyHost))!);
        _default = Math.Max(any, 0);
    }

    /// <summary>The site's place in the configuration.</summary>
    /// <param name="host">From <see cref="HostOf"/>.</param>
    public int Find(string host)
    {
        if (host != WebSite.AnyHost && _names.TryGetValue(host, out var site))
        {
            return site;
        }

        for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = host.IndexOf('.', dot + 1))
        {
            if (_wildcards.TryGetValue(host.AsSpan(dot), out site))
            {
                return site;
            }
        }

        return _default;
    }

    /// <summary>The name in a Host header: in lower case, without a port and without the root's dot.</summary>
    public static string HostOf(string header)
    {
        var end = header.StartsWith('[') ? header.IndexOf(']', StringComparison.Ordinal) + 1 : header.IndexOf(':', StringComparison.Ordinal);
        var name = end > 0 ? header.AsSpan(0, end) : header;
        name = name.TrimEnd('.');
        return name.ContainsAnyInRange('A', 'Z') || name.Length != header.Length ? name.ToString().ToLowerInvariant() : header;
    }
}
