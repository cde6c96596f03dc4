using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads one item of <c>sites</c>.</summary>
internal static class WebSiteReader
{
    /// <summary>What browsers keep; more is a mistake in the unit.</summary>
    private static readonly TimeSpan MaxHsts = TimeSpan.FromDays(3650);

    /// <summary>Reads the site.</summary>
    /// <param name="site">The item.</param>
    /// <param name="context">The inbound.</param>
    /// <param name="taken">The names of the sites before, with their places; those of this one are added.</param>
    public static WebSite Read(ObjectReader site, InboundContext context, Dictionary<string, ConfigNode> taken)
    {
        var hosts = ReadHosts(site, taken);
        var redirect = ReadRedirect(site);
        var result = new WebSite
        {
            Hosts = hosts,
            RedirectToHttps = redirect,
            Hsts = WebTimeField.ReadOptional(site, "hsts", TimeSpan.Zero, MaxHsts),
            Routes = ReadRoutes(site, context, redirect is not null),
        };
        site.End();
        return result;
    }

    private static ImmutableArray<string> ReadHosts(ObjectReader site, Dictionary<string, ConfigNode> taken)
    {
        var hosts = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node) in site.Strings("hosts"))
        {
            var host = text.Trim().TrimEnd('.').ToLowerInvariant();
            if (!IsPattern(host))
            {
                site.Problems.Error(
                    node, $"found '{Describe.Shorten(text)}', expected a name such as 'example.com', '*.example.com' for all below it, or '_' for every other name; without a port");
            }
            else if (!taken.TryAdd(host, node))
            {
                site.Problems.Error(node, $"the host '{Describe.Shorten(host)}' has been given already ({taken[host].Path}); remove one of them");
            }
            else
            {
                hosts.Add(host);
            }
        }

        if (hosts.Count == 0 && site.Find("hosts") is null && !taken.TryAdd(WebSite.AnyHost, site.Node))
        {
            site.Problems.Error(site.Node, $"the site has no 'hosts', and so has {taken[WebSite.AnyHost].Path}; say which names it is for");
        }

        return hosts.ToImmutable();
    }

    private static bool IsPattern(string host)
    {
        if (host == WebSite.AnyHost)
        {
            return true;
        }

        if (host.Length > 2 && host[0] == '[')
        {
            return host[^1] == ']' && HostText.TryParseAddress(host, out _);
        }

        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        return HostText.IsHost(name) && !name.AsSpan().ContainsAny(':', '*');
    }

    private static int? ReadRedirect(ObjectReader site)
    {
        const string Name = "redirectToHttps";
        return site.Find(Name) switch
        {
            null => null,
            { Kind: ConfigNodeKind.Number } => site.Integer(Name, 1, HostText.MaxPort),
            _ => site.Flag(Name) ? WebSite.HttpsPort : null,
        };
    }

    private static ImmutableArray<WebRoute> ReadRoutes(ObjectReader site, InboundContext context, bool redirects)
    {
        var items = site.Objects("routes");
        if (items.Count == 0 && !redirects && site.Find("routes") is null or { Kind: ConfigNodeKind.Array })
        {
            site.Missing("routes", "give at least one: [ { \"path\": \"/\", \"to\": \"http://127.0.0.1:8080\" } ]");
            return [];
        }

        var routes = ImmutableArray.CreateBuilder<WebRoute>();
        foreach (var item in items)
        {
            var route = WebRouteReader.Read(item, context);
            if (routes.Any(other => AreSame(other.Path, route.Path) && Overlap(other.Methods, route.Methods)))
            {
                item.Problems.Error(item.Node, $"another route of this site has the path '{Describe.Shorten(route.Path.ToString())}'; change one, or give them different 'methods'");
            }

            routes.Add(route);
        }

        return routes.ToImmutable();
    }

    /// <summary>With and without <c>^~</c> it is one prefix.</summary>
    private static bool AreSame(WebPath left, WebPath right) =>
        left.Text == right.Text && (left.Kind == right.Kind || (IsPrefix(left) && IsPrefix(right)));

    private static bool IsPrefix(WebPath path) => path.Kind is WebPathKind.Prefix or WebPathKind.FinalPrefix;

    private static bool Overlap(ImmutableArray<string> left, ImmutableArray<string> right) => left.IsEmpty || right.IsEmpty || left.Intersect(right).Any();
}
