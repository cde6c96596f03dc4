using System.Text.RegularExpressions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>
/// The name of the destination fits any pattern: the name that sniffing found, otherwise the destination where that is a name;
/// an address never matches. See <see cref="DomainPattern"/> about case. Whole names and the names above are looked up in
/// tables, so that a long list costs what a short one does; the other kinds are tried one after another.
/// </summary>
internal sealed class DomainMatcher : IMatcher
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _full;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _domains;
    private readonly (DomainPattern Pattern, Regex? Regex)[] _others;

    public DomainMatcher(IEnumerable<DomainPattern> patterns)
    {
        var byKind = patterns.ToLookup(static pattern => pattern.Kind);
        _full = Table(byKind[DomainPatternKind.Full]);
        _domains = Table(byKind[DomainPatternKind.Domain]);
        _others =
        [
            .. byKind.Where(static group => group.Key is not (DomainPatternKind.Full or DomainPatternKind.Domain))
                .SelectMany(static group => group)
                .Select(static pattern => (pattern, pattern.Kind == DomainPatternKind.Regexp ? pattern.ToRegex() : null)),
        ];
    }

    public bool Matches(ConnectionInfo info)
    {
        var name = info.SniffedDomain ?? (info.Destination.Address is null ? info.Destination.Host : null);
        return name is not null && (_full.Contains(name) || IsWithin(name) || MatchesOther(name));
    }

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Table(IEnumerable<DomainPattern> patterns) =>
        patterns.Select(static pattern => pattern.Value).ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name itself, or one of those above it, is in the table.</summary>
    private bool IsWithin(string name)
    {
        if (_domains.Set.Count == 0)
        {
            return false;
        }

        var rest = name.AsSpan();
        while (!_domains.Contains(rest))
        {
            var dot = rest.IndexOf('.');
            if (dot < 0)
            {
                return false;
            }

            rest = rest[(dot + 1)..];
        }

        return true;
    }

    private bool MatchesOther(string name)
    {
        foreach (var (pattern, regex) in _others)
        {
            if (Matches(pattern, regex, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(DomainPattern pattern, Regex? regex, string name) => pattern.Kind switch
    {
        DomainPatternKind.Regexp => regex!.IsMatch(name),
        DomainPatternKind.Dotless => !name.Contains('.', StringComparison.Ordinal)
            && name.Contains(pattern.Value, StringComparison.OrdinalIgnoreCase),
        _ => name.Contains(pattern.Value, StringComparison.OrdinalIgnoreCase),
    };
}
