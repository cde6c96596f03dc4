using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>
/// Which route of a site a path takes, as nginx chooses among locations: exact, else the longest prefix; if that one is final it
/// wins, else the first regexp, else that prefix. Then the method decides between routes of the same path.
/// </summary>
internal sealed class RouteTable
{
    private readonly ImmutableArray<WebRoute> _routes;
    private readonly FrozenDictionary<string, ImmutableArray<int>> _exact;
    private readonly FrozenDictionary<string, ImmutableArray<int>>.AlternateLookup<ReadOnlySpan<char>> _prefixes;
    private readonly ImmutableArray<(Regex Regexp, ImmutableArray<int> Routes)> _regexps;

    // The longest first: one look-up for each, however many prefixes there are.
    private readonly ImmutableArray<int> _lengths;

    public RouteTable(ImmutableArray<WebRoute> routes)
    {
        _routes = routes;
        _exact = Group(static path => path.Kind == WebPathKind.Exact);
        var prefixes = Group(static path => path.Kind is WebPathKind.Prefix or WebPathKind.FinalPrefix);
        _prefixes = prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. prefixes.Keys.Select(static text => text.Length).Distinct().OrderDescending()];
        _regexps =
        [
            .. Enumerable.Range(0, routes.Length).Where(index => routes[index].Path.IsRegexp).GroupBy(index => routes[index].Path)
                .Select(static group => (WebPathText.ToRegex(group.Key), group.ToImmutableArray())),
        ];

        FrozenDictionary<string, ImmutableArray<int>> Group(Func<WebPath, bool> which) => Enumerable.Range(0, routes.Length)
            .Where(index => which(routes[index].Path))
            .GroupBy(index => RequestPath.ToBytes(routes[index].Path.Text), StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => group.ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <param name="path">The request's.</param>
    /// <param name="method">In upper case, as methods are.</param>
    public RouteChoice Find(RequestPath path, string method)
    {
        if (_exact.TryGetValue(path.Bytes, out var exact))
        {
            return Choose(exact, method, []);
        }

        var prefix = FindPrefix(path.Bytes);
        if (LacksSlash(path.Bytes, prefix))
        {
            return RouteChoice.None with { Kind = RouteChoiceKind.AddSlash };
        }

        if (prefix.IsDefault || _routes[prefix[0]].Path.Kind != WebPathKind.FinalPrefix)
        {
            try
            {
                foreach (var (regexp, routes) in _regexps)
                {
                    if (regexp.Match(path.Text) is { Success: true } match)
                    {
                        return Choose(routes, method, match.Groups.Count > 1 ? [.. match.Groups.Values.Select(static group => group.Value)] : []);
                    }
                }
            }
            catch (RegexMatchTimeoutException)
            {
                return RouteChoice.None with { Kind = RouteChoiceKind.TooCostly };
            }
        }

        return prefix.IsDefault ? RouteChoice.None : Choose(prefix, method, []);
    }

    private ImmutableArray<int> FindPrefix(string path)
    {
        foreach (var length in _lengths)
        {
            if (length <= path.Length && _prefixes.TryGetValue(path.AsSpan(0, length), out var routes))
            {
                return routes;
            }
        }

        return default;
    }

    /// <summary>As nginx does for locations that forward: <c>/blog</c> goes to <c>/blog/</c> unless it has a route of its own.</summary>
    private bool LacksSlash(string path, ImmutableArray<int> prefix)
    {
        var hasOwn = !prefix.IsDefault && RequestPath.ToBytes(_routes[prefix[0]].Path.Text).Length == path.Length;
        if (hasOwn || path.EndsWith('/'))
        {
            return false;
        }

        var withSlash = path + "/";
        return Forwards(_prefixes.TryGetValue(withSlash, out var routes) ? routes : []) || Forwards(_exact.GetValueOrDefault(withSlash, []));
    }

    private bool Forwards(ImmutableArray<int> routes)
    {
        foreach (var index in routes)
        {
            if (!_routes[index].Targets.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private RouteChoice Choose(ImmutableArray<int> routes, string method, ImmutableArray<string> groups)
    {
        foreach (var index in routes)
        {
            var methods = _routes[index].Methods;
            if (methods.IsEmpty || methods.Contains(method) || (method == "HEAD" && methods.Contains("GET")))
            {
                return new RouteChoice(RouteChoiceKind.Found, index, groups, []);
            }
        }

        return RouteChoice.None with
        {
            Kind = RouteChoiceKind.WrongMethod,
            Methods = [.. routes.SelectMany(index => _routes[index].Methods).Distinct(StringComparer.Ordinal)],
        };
    }
}
