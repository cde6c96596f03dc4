using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Checks that what <c>proxySettings</c> and <c>via</c> name is there, carries connections, and leads to an end.</summary>
internal static class ProxyTagCheck
{
    /// <summary>Protocols that take no ordinary connections, or lead them nowhere.</summary>
    private static readonly Dictionary<string, string> CarryNothing = new(StringComparer.Ordinal)
    {
        ["tunnel"] = "an outbound of protocol 'tunnel' carries the sessions of bridges and nothing else; name one of protocol 'http', 'socks', 'vmess' or 'freedom', or a portal",
        ["blackhole"] = "an outbound of protocol 'blackhole' ends every connection; name one that carries them",
    };

    public static void Check(ConfigDraft draft, IReadOnlySet<string> outbounds, ProblemList problems)
    {
        CheckHosts(draft, problems);
        var next = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tag, use) in draft.ProxyTagUses.Where(static item => item.Tag.Length > 0))
        {
            next.TryAdd(tag, use.Text);
        }

        foreach (var (tag, use) in draft.ProxyTagUses)
        {
            if (!outbounds.Contains(use.Text))
            {
                var hint = problems.IsFull(ConfigSeverity.Error) ? string.Empty : NearestName.Hint(use.Text, outbounds);
                problems.Error(use.Node, $"no outbound or portal has the tag '{Describe.Shorten(use.Text)}'{hint}");
            }
            else if (Protocol(draft, use.Text) is { } protocol && CarryNothing.TryGetValue(protocol, out var reason))
            {
                problems.Error(use.Node, reason);
            }
            else if (Circle(tag, use.Text, next) is { } circle)
            {
                problems.Error(use.Node, $"the outbounds carry each other in a circle: {Describe.Shorten(circle)}; one of them must dial itself");
            }
        }
    }

    /// <summary>A virtual domain names the way to a bridge, and its bridge refuses it as a destination: nobody behind it has that name.</summary>
    private static void CheckHosts(ConfigDraft draft, ProblemList problems)
    {
        foreach (var (tag, (host, node)) in draft.CarriedHosts)
        {
            if (draft.Portals.Any(portal => portal.Tag == tag && portal.Domain.Equals(host, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Error(
                    node, $"'{Describe.Shorten(host)}' is the virtual domain of '{Describe.Shorten(tag)}', which leads to its bridge and is no server; name the server as the bridge reaches it, such as 127.0.0.1");
            }
        }
    }

    private static string? Protocol(ConfigDraft draft, string tag) =>
        draft.Outbounds.FirstOrDefault(outbound => string.Equals(outbound.Tag, tag, StringComparison.Ordinal))?.Protocol;

    /// <summary>The way back to where it began; null where it ends, or runs into a circle that it is no part of.</summary>
    private static string? Circle(string from, string to, Dictionary<string, string> next)
    {
        var way = new List<string> { from };
        while (from.Length > 0 && way.Count <= next.Count + 1)
        {
            way.Add(to);
            if (string.Equals(to, from, StringComparison.Ordinal))
            {
                return string.Join(" -> ", way);
            }

            if (!next.TryGetValue(to, out var after))
            {
                break;
            }

            to = after;
        }

        return null;
    }
}
