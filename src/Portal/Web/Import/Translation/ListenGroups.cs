using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>Puts servers together that listen on the same address.</summary>
internal static class ListenGroups
{
    private const string AnyIpv4 = "0.0.0.0";
    private const string AnyIpv6 = "::";

    /// <summary>The addresses, in the order in which they are first named.</summary>
    public static ImmutableArray<InboundDraft> Of(ImmutableArray<ServerBlock> servers, ImportReport report)
    {
        var order = new List<(string Address, string Port)>();
        var groups = new Dictionary<(string Address, string Port), List<(ServerBlock Server, NginxListen Listen)>>();
        var known = new HashSet<(string, string, ServerBlock)>();
        foreach (var server in servers)
        {
            foreach (var listen in server.Listens)
            {
                var key = (listen.Address, listen.Port);
                if (!groups.TryGetValue(key, out var group))
                {
                    groups.Add(key, group = []);
                    order.Add(key);
                }

                if (known.Add((listen.Address, listen.Port, server)))
                {
                    group.Add((server, listen));
                }
            }
        }

        var drafts = ImmutableArray.CreateBuilder<InboundDraft>();
        foreach (var key in order)
        {
            if (IsTaken(key, groups.ContainsKey))
            {
                foreach (var (server, listen) in groups[key])
                {
                    report.LeaveOut(listen.Directive ?? server.Directive, "left out: another server listens on all addresses of this port, and there is one listener for them here, which everybody can reach; give one of the two a port of its own");
                }

                continue;
            }

            if (key.Address == AnyIpv4 && groups.ContainsKey((AnyIpv6, key.Port)))
            {
                // One listener takes both; it stands where the IPv6 one does.
                continue;
            }

            drafts.Add(new InboundDraft(key.Address, key.Port, Merge(groups[key], key.Address == AnyIpv6 ? groups.GetValueOrDefault((AnyIpv4, key.Port)) : null, key.Address == AnyIpv6, servers, report)));
        }

        return drafts.ToImmutable();
    }

    /// <summary>Whether an address is among those that a wildcard takes.</summary>
    private static bool IsTaken((string Address, string Port) key, Func<(string, string), bool> isListened) =>
        key.Port.Length > 0
        && !NginxListen.IsWildcard(key.Address)
        && (isListened((AnyIpv6, key.Port)) || (!key.Address.Contains(':', StringComparison.Ordinal) && isListened((AnyIpv4, key.Port))));

    private static ImmutableArray<(ServerBlock Server, NginxListen Listen)> Merge(
        List<(ServerBlock Server, NginxListen Listen)> group,
        List<(ServerBlock Server, NginxListen Listen)>? ofIpv4,
        bool isIpv6Wildcard,
        ImmutableArray<ServerBlock> servers,
        ImportReport report)
    {
        if (!isIpv6Wildcard)
        {
            return [.. group];
        }

        var both = ofIpv4 ?? [];
        var reachedByIpv4 = both.Select(static item => item.Server).ToHashSet();
        foreach (var (server, listen) in group.Where(item => !reachedByIpv4.Contains(item.Server)))
        {
            report.Remark(listen.Directive ?? server.Directive, "a listener on :: takes IPv4 too, so this server is reached by both here");
        }

        var merged = new Dictionary<ServerBlock, NginxListen>();
        foreach (var (server, listen) in both.Concat(group))
        {
            merged[server] = merged.TryGetValue(server, out var other) ? other.And(listen) : listen;
        }

        return [.. servers.Where(merged.ContainsKey).Select(server => (server, merged[server]))];
    }
}
